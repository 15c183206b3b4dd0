// What the tests of safetensors rules share: files from a header text, and what every refusal must tell.
#pragma once

#include "core/checkpoint/safetensors.h"
#include "tests/support/files.h"

#include <QTest>

#include <memory>
#include <string>

namespace headlight::testing {

using OpenedFile = Result<std::shared_ptr<const SafetensorsFile>>;

/// `"name":{"dtype":...,"shape":...,"data_offsets":...}`
inline std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                         const std::string& offsets) {
    return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape +
           ",\"data_offsets\":" + offsets + "}";
}

inline const std::string kGood = entry("a", "F32", "[2]", "[0,8]");

inline OpenedFile openBytes(const std::string& bytes) {
    const TemporaryFolder folder; // the map outlives the name
    return SafetensorsFile::open(folder.write("model.safetensors", bytes));
}

inline OpenedFile openHeader(const std::string& header, std::size_t data_size) {
    return openBytes(safetensorsBytes(header, std::string(data_size, '\0')));
}

/// Refused with this summary, about this item, with everything a person needs to act.
inline void refuses(const OpenedFile& result, const char* summary, const char* item) {
    QVERIFY2(!result.ok(), "was accepted");
    const Error& error = result.error();
    QCOMPARE(error.summary.c_str(), summary);
    QCOMPARE(error.item.c_str(), item);
    QVERIFY(error.kind == ErrorKind::Format);
    QVERIFY(error.file.ends_with("model.safetensors"));
    QVERIFY(!error.expected.empty() && !error.found.empty());
    QVERIFY(!error.cause.empty() && !error.next_step.empty());
}

} // namespace headlight::testing
