// A Hugging Face cache and a model's folder whose files are mutated: what is listed and found is consistent,
// what is refused is refused with words, and nothing outside the cache's snapshots is ever taken for one.
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/hub_cache.h"
#include "core/checkpoint/model_folder.h"
#include "core/model/families/registry.h"
#include "tests/support/files.h"
#include "tests/support/fuzzing.h"

#include <cstdlib>

using namespace headlight;
using namespace headlight::testing;
namespace fs = std::filesystem;

namespace {

/// One input is four texts, a NUL between them: refs/main, config.json, the index or adapter's configuration,
/// a name.
const std::vector<std::string> kSeeds = {
    std::string("c0ffee01\n\0{\"model_type\":\"gpt2\",\"architectures\":[\"GPT2LMHeadModel\"],\"vocab_size\":"
                "9,\"n_positions\":8,\"n_embd\":4,\"n_head\":2,\"n_layer\":1}\0{\"weight_map\":{\"a\":"
                "\"model-00001-of-00001.safetensors\"}}\0org/a",
                194),
    std::string("main\0{\"model_type\":\"bert\",\"quantization_config\":{\"quant_method\":\"gptq\",\"bits\":"
                "4}}\0{\"base_model_name_or_path\":\"org/a\"}\0a@c0ffee01",
                128),
};
const std::vector<std::string> kWords = {"../",
                                         "/",
                                         "@",
                                         "main",
                                         "c0ffee01",
                                         "refs/pr/1",
                                         "$HOME",
                                         "~",
                                         "\"quantization_config\":{",
                                         "\"load_in_4bit\":true",
                                         "\"model-00001-of-00001.safetensors\"",
                                         "\"../../blobs/x\"",
                                         "\"/etc/passwd\"",
                                         ".",
                                         "..",
                                         "org/a",
                                         "a",
                                         "models--",
                                         std::string(1, '\0')};

bool wordless(const Error& error) {
    return error.summary.empty() || error.message().find('\n') != std::string::npos;
}

std::vector<std::string> parts(const std::string& input) {
    std::vector<std::string> split(1);
    for (const char c : input)
        if (c == '\0' && split.size() < 4)
            split.emplace_back();
        else
            split.back() += c;
    split.resize(4);
    return split;
}

std::string brokenListing(const ModelListing& listing, const fs::path& snapshots) {
    if (listing.origin != ModelListing::Origin::HuggingFaceCache)
        return "";
    if (listing.name.find('\n') != std::string::npos || listing.obstacle.find('\n') != std::string::npos)
        return "a listing of several lines";
    const bool inside =
        listing.folder.parent_path() == snapshots || listing.folder == snapshots.parent_path();
    return inside ? "" : "a folder outside the snapshots: " + listing.folder.string();
}

} // namespace

int main(int argc, char** argv) {
    const TemporaryFolder folder;
    ::setenv("HF_HUB_CACHE", folder.file("hub").c_str(), 1);
    ::setenv("HEADLIGHT_RESOURCES", folder.file("none").c_str(), 1);
    const std::string repository = "hub/models--org--a";
    const fs::path snapshots = folder.file(repository + "/snapshots");
    folder.write(repository + "/snapshots/c0ffee01/model-00001-of-00001.safetensors",
                 safetensorsBytes(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "1234"));
    FuzzTarget target{kSeeds, kWords, {}};
    target.run = [&](const std::string& input, bool& accepted) -> std::string {
        const std::vector<std::string> texts = parts(input);
        folder.write(repository + "/refs/main", texts[0]);
        folder.write(repository + "/snapshots/c0ffee01/config.json", texts[1]);
        folder.write(repository + "/snapshots/c0ffee01/model.safetensors.index.json", texts[2]);
        folder.write(repository + "/snapshots/c0ffee01/adapter_config.json", texts[2]);
        for (const ModelListing& listing : listModels(whyNotRunnable))
            if (const std::string wrong = brokenListing(listing, snapshots); !wrong.empty())
                return wrong;
        const auto found = findModel(texts[3]);
        accepted = found.ok();
        if (!found.ok())
            return wordless(found.error()) ? "a name refused without words" : "";
        if (const std::string wrong = brokenListing(*found, snapshots); !wrong.empty())
            return wrong;
        const auto opened = Checkpoint::open(snapshots / "c0ffee01");
        return !opened.ok() && wordless(opened.error()) ? "a checkpoint refused without words" : "";
    };
    return fuzzMain(argc, argv, target);
}
