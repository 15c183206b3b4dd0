// Three attentions at once: which tokens each shows when one is hovered or clicked.
#include "ui/window/linked_selection.h"

#include <QtTest/QtTest>

using namespace headlight;
using namespace headlight::ui;

class TestSideBySide : public QObject {
    Q_OBJECT
private slots:
    void crossJoinsTargetAndSource() {
        const LinkedTokens tokens = linkedTokens(AttentionKind::Cross, {2, 5}); // target 2 looks at source 5
        QCOMPARE(pairOf(AttentionKind::Cross, tokens), (TokenPair{2, 5}));
        QCOMPARE(pairOf(AttentionKind::EncoderSelf, tokens), (TokenPair{5, std::nullopt}));
        QCOMPARE(pairOf(AttentionKind::DecoderSelf, tokens), (TokenPair{2, std::nullopt}));
    }
    void selfAttentionsShowTheirQueryInCross() {
        QCOMPARE(pairOf(AttentionKind::Cross, linkedTokens(AttentionKind::EncoderSelf, {3, 1})), (TokenPair{std::nullopt, 3}));
        QCOMPARE(pairOf(AttentionKind::Cross, linkedTokens(AttentionKind::DecoderSelf, {4, 0})), (TokenPair{4, std::nullopt}));
        QCOMPARE(pairOf(AttentionKind::DecoderSelf, linkedTokens(AttentionKind::EncoderSelf, {3, 1})), TokenPair{});
    }
    void everyPairComesBackAsItWas() {
        for (const AttentionKind kind : {AttentionKind::EncoderSelf, AttentionKind::DecoderSelf, AttentionKind::Cross})
            for (const TokenPair& pair : {TokenPair{}, TokenPair{1, 2}, TokenPair{1, std::nullopt}, TokenPair{std::nullopt, 2}})
                QCOMPARE(pairOf(kind, linkedTokens(kind, pair)), pair);
    }
};

QTEST_GUILESS_MAIN(TestSideBySide)
#include "tst_side_by_side.moc"
