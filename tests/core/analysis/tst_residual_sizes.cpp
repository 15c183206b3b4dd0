// Sizes of the residual stream, and the list of a model's tensors, on every golden checkpoint.
#include "core/analysis/residual_sizes.h"
#include "core/model/parameter_list.h"
#include "tests/support/model_folder.h"

#include <QtTest/QtTest>

#include <set>

using namespace headlight;
using namespace headlight::test;

class TestResidualSizes : public QObject {
    Q_OBJECT
private slots:
    void rowsAreRootMeanSquares_data();
    void rowsAreRootMeanSquares();
    void tensorsSumToTheParameterCount_data();
    void tensorsSumToTheParameterCount();
    void partsAreWhereTheyBelong();
};

void TestResidualSizes::rowsAreRootMeanSquares_data() {
    QTest::addColumn<std::string>("name");
    QTest::addColumn<int>("n_extra"); // rows beside the layers: the embedding, and a final norm
    QTest::newRow("pre-norm") << std::string("gpt2-lm") << 2;
    QTest::newRow("post-norm") << std::string("bert-mlm") << 1;
    QTest::newRow("sandwich") << std::string("gemma2-lm") << 2;
}

void TestResidualSizes::rowsAreRootMeanSquares() {
    QFETCH(std::string, name);
    QFETCH(int, n_extra);
    const auto model = loadGolden(name);
    const auto run = model->run(model->prepareIds({5, 9, 7, 3}).value());
    const Trace& trace = *run->trace;
    const StackKind stack = model->spec().outputStack();
    const Eigen::MatrixXd sizes = residualSizes(trace, stack);
    const std::size_t n_layers = trace.stack(stack).hidden.size();
    QCOMPARE(sizes.rows(), static_cast<Eigen::Index>(n_layers) + n_extra);
    QCOMPARE(sizes.cols(), 4);
    const auto check = [&](const Tensor& rows, Eigen::Index at) {
        for (std::size_t token = 0; token < 4; ++token) {
            double squares = 0.0;
            for (const float value : rows.row(token))
                squares += double(value) * double(value);
            QVERIFY(std::abs(sizes(at, static_cast<Eigen::Index>(token)) -
                             std::sqrt(squares / double(rows.dimension(1)))) < 1e-12);
        }
    };
    check(trace.embedding(stack), 0);
    for (std::size_t layer = 0; layer < n_layers; ++layer)
        check(trace.hidden(stack, LayerIndex(layer)), static_cast<Eigen::Index>(layer) + 1);
    check(trace.finalHidden(stack), sizes.rows() - 1);
}

void TestResidualSizes::tensorsSumToTheParameterCount_data() {
    QTest::addColumn<std::string>("name");
    for (const std::string& name : goldenNames())
        QTest::newRow(name.c_str()) << name;
}

void TestResidualSizes::tensorsSumToTheParameterCount() {
    QFETCH(std::string, name);
    const auto model = loadGolden(name);
    std::size_t sum = 0;
    std::set<std::string> names;
    for (const ParameterTensor& tensor : model->parameters()) {
        sum += tensor.count();
        QVERIFY2(names.insert(tensor.name).second, tensor.name.c_str()); // each once
    }
    QCOMPARE(sum, model->parameterCount());
    QVERIFY(sum > 0);
}

void TestResidualSizes::partsAreWhereTheyBelong() {
    const auto gpt2 = loadGolden("gpt2-lm");
    const auto count = [](const Model& model, ModelPart part) {
        std::size_t sum = 0;
        for (const ParameterTensor& tensor : model.parameters())
            sum += tensor.part == part ? tensor.count() : 0;
        return sum;
    };
    const StackSpec& spec = *gpt2->spec().decoder;
    QCOMPARE(count(*gpt2, ModelPart::TokenEmbedding), gpt2->spec().vocabulary_size * spec.d_model);
    QCOMPARE(count(*gpt2, ModelPart::SelfAttention),
             spec.n_layers * (4 * spec.d_model * spec.d_model + 4 * spec.d_model));
    QCOMPARE(count(*gpt2, ModelPart::FinalNorm), 2 * spec.d_model);
    QCOMPARE(count(*gpt2, ModelPart::Head), std::size_t{0}); // tied
    const auto t5 = loadGolden("t5-gated");
    QVERIFY(count(*t5, ModelPart::RelativeBias) > 0 && count(*t5, ModelPart::CrossAttention) > 0);
    const auto albert = loadGolden("albert-mlm"); // shared layers are counted at the first
    for (const ParameterTensor& tensor : albert->parameters())
        QVERIFY(tensor.part != ModelPart::SelfAttention ||
                tensor.layer <
                    albert->spec().encoder->n_layer_groups * albert->spec().encoder->layers_per_group);
}

QTEST_APPLESS_MAIN(TestResidualSizes)
#include "tst_residual_sizes.moc"
