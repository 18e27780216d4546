/** Closes a run with the line that continuous integration reads: the counts over all suites, alone on the last line. */
class CountReporter {
  onRunComplete(_contexts, results) {
    // A suite that could not even load has no failed test in it, and must not count as nothing.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    process.on('exit', () => {
      process.stdout.write(`${results.numPassedTests} passed, ${failed} failed\n`);
    });
  }
}

module.exports = CountReporter;
