// Names what a file really is when it is not what its name claims.
#pragma once

#include <string>
#include <string_view>

namespace headlight {

/// Kinds of files that end up under a wrong name, told by their first bytes.
enum class FileKind {
    Unknown,
    GitLfsPointer,
    HtmlPage,
    Zip,
    Gguf,
    Ggml,
    Pickle,
    Gzip,
    Hdf5,
    Pdf,
    Executable
};

/// Looks at the first bytes (512 are enough) of a file.
[[nodiscard]] FileKind recognizeFile(std::string_view first_bytes);
/// "a Git LFS pointer", ...; empty for Unknown, like the two below.
[[nodiscard]] std::string fileKindText(FileKind kind);
/// Why such a file stands where weights or JSON should be, a sentence.
[[nodiscard]] std::string fileKindCause(FileKind kind);
/// What to do about it, a sentence.
[[nodiscard]] std::string fileKindNextStep(FileKind kind);

/// The sentence that says how to turn PyTorch weights of `folder` into safetensors.
[[nodiscard]] std::string howToConvertPyTorch(const std::string& folder);

} // namespace headlight
