#include "core/checkpoint/file_kind.h"

#include <algorithm>
#include <cctype>

namespace headlight {

namespace {

using namespace std::string_view_literals;

bool looksLikeHtml(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos)
        return false;
    std::string start(text.substr(begin, 16));
    std::transform(start.begin(), start.end(), start.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<head") ||
           start.starts_with("<?xml");
}

} // namespace

FileKind recognizeFile(std::string_view first_bytes) {
    if (first_bytes.starts_with("version https://git-lfs.github.com/spec/"))
        return FileKind::GitLfsPointer;
    if (first_bytes.starts_with("PK\x03\x04"sv) || first_bytes.starts_with("PK\x05\x06"sv))
        return FileKind::Zip;
    if (first_bytes.starts_with("GGUF"))
        return FileKind::Gguf;
    if (first_bytes.starts_with("lmgg") || first_bytes.starts_with("fmgg") || first_bytes.starts_with("tjgg"))
        return FileKind::Ggml;
    if (first_bytes.starts_with("\x1f\x8b\x08"sv))
        return FileKind::Gzip;
    if (first_bytes.starts_with("\x89HDF\r\n\x1a\n"sv))
        return FileKind::Hdf5;
    if (first_bytes.starts_with("%PDF-"))
        return FileKind::Pdf;
    if (first_bytes.starts_with("\x7f"
                                "ELF"sv))
        return FileKind::Executable;
    if (first_bytes.size() >= 3 && first_bytes[0] == '\x80' && first_bytes[1] >= 2 && first_bytes[1] <= 5 &&
        first_bytes[2] != '\0') // pickle protocol 2-5; a header length has zeros there
        return FileKind::Pickle;
    if (looksLikeHtml(first_bytes))
        return FileKind::HtmlPage;
    return FileKind::Unknown;
}

std::string fileKindText(FileKind kind) {
    switch (kind) {
    case FileKind::GitLfsPointer:
        return "a Git LFS pointer";
    case FileKind::HtmlPage:
        return "an HTML page";
    case FileKind::Zip:
        return "a ZIP archive (PyTorch .bin and .pt files are that too)";
    case FileKind::Gguf:
        return "a GGUF file";
    case FileKind::Ggml:
        return "a GGML file";
    case FileKind::Pickle:
        return "a Python pickle (an old PyTorch file)";
    case FileKind::Gzip:
        return "a gzip archive";
    case FileKind::Hdf5:
        return "an HDF5 file (TensorFlow weights)";
    case FileKind::Pdf:
        return "a PDF document";
    case FileKind::Executable:
        return "a program";
    case FileKind::Unknown:
        break;
    }
    return {};
}

std::string fileKindCause(FileKind kind) {
    switch (kind) {
    case FileKind::GitLfsPointer:
        return "The repository was cloned without Git LFS, so only a note about the real file is here";
    case FileKind::HtmlPage:
        return "The download saved a web page (a log-in or error page) in place of the file";
    case FileKind::Unknown:
        return {};
    default:
        return "The file was renamed, or the wrong one was downloaded";
    }
}

std::string fileKindNextStep(FileKind kind) {
    switch (kind) {
    case FileKind::GitLfsPointer:
        return "Run `git lfs install && git lfs pull` in the folder, or download the file itself";
    case FileKind::HtmlPage:
        return "Download the file again through its direct link (on huggingface.co: /resolve/main/, not "
               "/blob/main/)";
    case FileKind::Zip:
    case FileKind::Pickle:
        return howToConvertPyTorch("FOLDER");
    case FileKind::Gguf:
    case FileKind::Ggml:
        return "Get the model's original safetensors weights; GGUF and GGML files are made for llama.cpp";
    case FileKind::Gzip:
        return "Unpack it first";
    case FileKind::Unknown:
        return {};
    default:
        return "Get the model's safetensors weights";
    }
}

std::string howToConvertPyTorch(const std::string& folder) {
    return "Convert it once with Python: `from transformers import AutoModel; "
           "AutoModel.from_pretrained('" +
           folder + "').save_pretrained('" + folder +
           "', safe_serialization=True)`, "
           "with the class of the model's own head in place of AutoModel (AutoModelForCausalLM, "
           "MarianMTModel, ...)";
}

} // namespace headlight
