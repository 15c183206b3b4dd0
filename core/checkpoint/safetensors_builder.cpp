#include "core/checkpoint/safetensors_builder.h"

#include <algorithm>

namespace headlight {

namespace {

constexpr std::size_t kMaxKept =
    24u << 20; // bytes of names, shapes and metadata (see safetensors_header.cpp)
constexpr std::size_t kMaxIgnoredDepth = 64;

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

std::string inQuotes(std::string_view text) {
    return "\"" + std::string(text.substr(0, 200)) + (text.size() > 200 ? "...\"" : "\"");
}

} // namespace

bool SafetensorsHeaderBuilder::number_unsigned(number_unsigned_t value) {
    if (place_ == Place::Dimensions) {
        entry().shape.push_back(value);
        return keep(2 * sizeof(value)); // a growing vector holds up to twice its elements
    }
    if (place_ != Place::Offsets)
        return scalar("the number " + number(value));
    if (n_offsets_ == 2)
        return refuse("tensor has more than two data offsets", "[begin, end]", "a third number");
    offsets_[n_offsets_++] = value;
    return true;
}

bool SafetensorsHeaderBuilder::string(string_t& text) {
    if (place_ == Place::Ignored)
        return true;
    if (place_ == Place::Metadata) {
        header_.metadata[metadata_key_] = text;
        return keep(text.size());
    }
    if (place_ != Place::Entry || field_ != Field::TypeName)
        return scalar("the text " + inQuotes(text));
    const auto dtype = dtypeFromName(text);
    if (!dtype)
        return refuse("tensor has an unknown dtype", "one of the format's types (F32, F16, BF16, ...)",
                      inQuotes(text), "The file was written by a newer version of the format, or is damaged");
    entry().dtype = *dtype;
    return true;
}

bool SafetensorsHeaderBuilder::start_object(std::size_t) {
    switch (place_) {
    case Place::Start:
        place_ = Place::Root;
        return true;
    case Place::Root:
        place_ = in_metadata_ ? Place::Metadata : Place::Entry;
        return true;
    case Place::Ignored:
        return deeper();
    default:
        return startIgnoredOr("an object");
    }
}

bool SafetensorsHeaderBuilder::end_object() {
    if (place_ == Place::Ignored)
        return shallower();
    if (place_ == Place::Entry)
        return finishEntry();
    place_ = place_ == Place::Metadata ? Place::Root : Place::End;
    return true;
}

bool SafetensorsHeaderBuilder::start_array(std::size_t) {
    if (place_ == Place::Ignored)
        return deeper();
    if (place_ == Place::Entry && field_ == Field::Dimensions) {
        place_ = Place::Dimensions;
        return true;
    }
    if (place_ == Place::Entry && field_ == Field::Offsets) {
        place_ = Place::Offsets;
        return true;
    }
    return startIgnoredOr("a list");
}

bool SafetensorsHeaderBuilder::end_array() {
    if (place_ == Place::Ignored)
        return shallower();
    if (place_ == Place::Offsets && n_offsets_ != 2)
        return refuse("tensor lacks a data offset", "[begin, end]", number(n_offsets_) + " numbers");
    place_ = Place::Entry;
    return true;
}

bool SafetensorsHeaderBuilder::key(string_t& name) {
    switch (place_) {
    case Place::Root:
        return startMember(name);
    case Place::Metadata:
        if (!header_.metadata.try_emplace(name).second)
            return refuseAt("__metadata__", "duplicate key in __metadata__", "every key once",
                            inQuotes(name) + " twice");
        metadata_key_ = name;
        return keep(2 * name.size() + 128);
    case Place::Entry:
        return startField(name);
    default:
        return true;
    }
}

bool SafetensorsHeaderBuilder::parse_error(std::size_t position, const std::string&,
                                           const Json::exception& exception) {
    std::string what = exception.what();
    if (const std::size_t colon = what.find(": "); colon != std::string::npos)
        what.erase(0, colon + 2); // keep what comes after "[...] parse error at line 1, column 2: "
    refuseAt("header byte " + number(position), "safetensors header is not valid JSON",
             "one JSON object in UTF-8", what.substr(0, 300));
    return false;
}

bool SafetensorsHeaderBuilder::startMember(const std::string& name) {
    in_metadata_ = name == "__metadata__";
    if (in_metadata_) {
        if (seen_metadata_)
            return refuseAt(name, "duplicate __metadata__", "it once", "it twice");
        seen_metadata_ = true;
        return true;
    }
    if (header_.entries.size() == kMaxTensorsInFile)
        return refuseAt("header", "safetensors file has too many tensors",
                        "at most " + number(kMaxTensorsInFile), "more",
                        "No model has that many tensors in one file");
    header_.entries.emplace_back().name = name;
    seen_fields_ = {};
    n_offsets_ = 0;
    return keep(name.size() + 64);
}

bool SafetensorsHeaderBuilder::startField(const std::string& name) {
    field_ = name == "dtype"          ? Field::TypeName
             : name == "shape"        ? Field::Dimensions
             : name == "data_offsets" ? Field::Offsets
                                      : Field::Other;
    if (field_ == Field::Other) // the reference reader passes over fields it does not know, so do we
        return true;
    bool& seen = seen_fields_[static_cast<std::size_t>(field_)];
    if (seen)
        return refuse("duplicate field of a tensor", "every field once", inQuotes(name) + " twice");
    return seen = true;
}

bool SafetensorsHeaderBuilder::finishEntry() {
    static constexpr const char* names[] = {"dtype", "shape", "data_offsets"};
    for (std::size_t field = 0; field < seen_fields_.size(); ++field)
        if (!seen_fields_[field])
            return refuse("tensor lacks a field", names[field], "nothing");
    if (offsets_[0] > offsets_[1])
        return refuse("tensor ends before it begins", "begin <= end",
                      number(offsets_[0]) + " > " + number(offsets_[1]));
    entry().offset = offsets_[0];
    entry().size_bytes = offsets_[1] - offsets_[0];
    place_ = Place::Root;
    return true;
}

bool SafetensorsHeaderBuilder::scalar(std::string found) {
    switch (place_) {
    case Place::Ignored:
        return true;
    case Place::Start:
        return refuseAt("header", "safetensors header is not a JSON object", "an object", std::move(found));
    case Place::Root:
        return refuseMember(std::move(found));
    case Place::Metadata:
        return refuseAt("__metadata__", "metadata value is not a text",
                        "a text for " + inQuotes(metadata_key_), std::move(found));
    case Place::Dimensions:
        return refuse("dimension is not a whole number of 0 or more", "whole numbers below 2^64 only",
                      std::move(found));
    case Place::Offsets:
        return refuse("data offset is not a whole number of 0 or more", "two whole numbers below 2^64",
                      std::move(found));
    default:
        return field_ == Field::Other || refuseField(std::move(found));
    }
}

bool SafetensorsHeaderBuilder::startIgnoredOr(std::string found) {
    if (place_ != Place::Entry || field_ != Field::Other)
        return scalar(std::move(found));
    place_ = Place::Ignored;
    return deeper();
}

bool SafetensorsHeaderBuilder::deeper() {
    return ++ignored_depth_ <= kMaxIgnoredDepth ||
           refuse("header is nested too deeply", "at most " + number(kMaxIgnoredDepth) + " levels", "more");
}

bool SafetensorsHeaderBuilder::shallower() {
    if (--ignored_depth_ == 0)
        place_ = Place::Entry;
    return true;
}

bool SafetensorsHeaderBuilder::refuseMember(std::string found) {
    if (in_metadata_)
        return refuseAt("__metadata__", "__metadata__ is not an object", "an object of texts",
                        std::move(found));
    return refuse("tensor is not described by an object", "an object with dtype, shape and data_offsets",
                  std::move(found));
}

bool SafetensorsHeaderBuilder::refuseField(std::string found) {
    switch (field_) {
    case Field::TypeName:
        return refuse("dtype is not a text", "a text such as \"F32\"", std::move(found));
    case Field::Dimensions:
        return refuse("shape is not a list", "a list of dimensions", std::move(found));
    default:
        return refuse("data_offsets is not a list", "[begin, end]", std::move(found));
    }
}

bool SafetensorsHeaderBuilder::keep(std::size_t bytes) {
    kept_ += bytes;
    return kept_ <= kMaxKept ||
           refuseAt("header", "safetensors header describes too much",
                    "names, shapes and metadata of at most " + number(kMaxKept >> 20) + " MiB", "more",
                    "No model has that many tensors in one file");
}

bool SafetensorsHeaderBuilder::refuse(std::string summary, std::string expected, std::string found,
                                      std::string cause) {
    return refuseAt(header_.entries.empty() ? "header" : entry().name, std::move(summary),
                    std::move(expected), std::move(found), std::move(cause));
}

bool SafetensorsHeaderBuilder::refuseAt(std::string_view item, std::string summary, std::string expected,
                                        std::string found, std::string cause) {
    error_ = makeError(ErrorKind::Format, std::move(summary))
                 .inFile(file_)
                 .atItem(std::string(item.substr(0, 300)))
                 .butFound(std::move(expected), std::move(found))
                 .because(std::move(cause))
                 .nextStep("Fetch the file again from its source");
    return false;
}

} // namespace headlight
