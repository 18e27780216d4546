const { writeFileSync } = require('node:fs');

/** Leaves the counts over all suites, in words that continuous integration reads, where the test runner finds them. */
class CountReporter {
  onRunComplete(_contexts, results) {
    // A suite that could not even load has no failed test in it, and must not count as nothing.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const counts = `${results.numPassedTests} passed, ${failed} failed\n`;
    const file = process.env.DREY_TEST_COUNTS;
    if (file) writeFileSync(file, counts);
    else process.on('exit', () => process.stdout.write(counts));
  }
}

module.exports = CountReporter;
