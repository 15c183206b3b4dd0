// main() of a test whose widgets start workers: nothing is torn down under a job that still runs.
#pragma once

#include "ui/jobs/job_runner.h"

#include <QApplication>
#include <QtTest/QtTest>

#include <chrono>

/// As QTEST_MAIN, and waits for the worker threads before the application goes; one that does not end is a failure.
#define HEADLIGHT_WINDOW_TEST_MAIN(Test)                                                                     \
    int main(int argc, char** argv) {                                                                        \
        QApplication application(argc, argv);                                                                \
        QTEST_SET_MAIN_SOURCE_PATH                                                                           \
        int failures = 0;                                                                                    \
        {                                                                                                    \
            Test test;                                                                                       \
            failures = QTest::qExec(&test, argc, argv);                                                      \
        }                                                                                                    \
        if (headlight::ui::waitForJobThreads(std::chrono::seconds(30)))                                      \
            return failures;                                                                                 \
        qWarning("a worker thread did not end");                                                             \
        return failures + 1;                                                                                 \
    }
