import { describe, expect, test } from '@jest/globals';
import { diagnoseSubmission, isDuplicateSubmission } from '../../../core/diagnosis/submission.ts';
import {
  diagnoseCheckpointFailure,
  diagnoseJobFailure,
  diagnoseSavepointFailure,
} from '../../../core/diagnosis/job-failure.ts';
import { recorded, refusalText, type RecordedVersion } from '../../support/flink-answers.ts';

const facts = {
  flink: { version: '2.3', image: 'example.com/orders:7' },
  job: { jarUri: 'local:///opt/flink/usrlib/orders.jar', entryClass: 'com.example.Orders', parallelism: 50 },
  taskManager: { slots: 2, replicas: 1 },
};

const versions = ['1.20', '2.3'] as const;

function rootTrace(version: RecordedVersion, name: string): string {
  const { response } = recorded(version, name) as {
    response: { exceptionHistory: { entries: { stacktrace: string }[] } };
  };
  return response.exceptionHistory.entries[0]?.stacktrace ?? '';
}

describe.each(versions)('a submission to Flink %s', (version) => {
  test.each([
    [
      'entry-class-missing',
      'ENTRY_CLASS_MISSING',
      'The jar local:///opt/flink/usrlib/orders.jar has no class no.Such that can be loaded.',
    ],
    [
      'no-manifest-entry',
      'ENTRY_CLASS_MISSING',
      'The manifest of local:///opt/flink/usrlib/orders.jar names no main class, and the spec names none.',
    ],
    [
      'no-main-method',
      'ENTRY_CLASS_MISSING',
      'The entry class com.example.Orders has no public static main(String[]) method.',
    ],
    [
      'jar-missing',
      'JAR_MISSING',
      'The jar local:///opt/flink/usrlib/orders.jar is not in image example.com/orders:7.',
    ],
    ['main-threw', 'MAIN_METHOD_THREW', 'The main method threw SQLException: connection to db:5432 refused.'],
    [
      'main-threw-bare',
      'MAIN_METHOD_THREW',
      'The main method threw NullPointerException: Cannot invoke "String.length()" because "<local2>" is null.',
    ],
    ['class-missing', 'MAIN_METHOD_THREW', 'The main method threw NoClassDefFoundError: com/example/Missing.'],
    ['no-execute', 'NO_JOB_SUBMITTED', 'The main method ended without an execute().'],
    ['restore-point-missing', 'STORAGE_UNUSABLE', 'There is no checkpoint or savepoint at file:///flink/nope.'],
    ['file-system-missing', 'STORAGE_UNUSABLE', 'Flink has no file system for s3:// in image example.com/orders:7.'],
    ['again', 'SUBMISSION_REFUSED', 'Flink has already run a job under this id.'],
  ])('%s: %s', (name, code, message) => {
    const failure = diagnoseSubmission(refusalText(version, `run-${name}`), facts);
    expect(failure).toMatchObject({ code, message });
    expect(failure.cure).toMatch(/^[A-Z].*\.$/);
    expect(failure.evidence?.length).toBeLessThanOrEqual(2048);
  });

  test('whose plan was asked for first tells the same of main', () => {
    const failure = diagnoseSubmission(refusalText(version, 'plan-main-threw'), facts);
    expect(failure).toMatchObject({
      code: 'MAIN_METHOD_THREW',
      message: 'The main method threw FaultException: told to throw at the start by --throw-at-start.',
    });
  });

  test('that was made before is known as such', () => {
    expect(isDuplicateSubmission(refusalText(version, 'run-again'))).toBe(true);
    expect(isDuplicateSubmission(refusalText(version, 'run-main-threw'))).toBe(false);
  });
});

test('a refusal of another kind is told in its own words', () => {
  const failure = diagnoseSubmission(
    'org.apache.flink.runtime.rest.handler.RestHandlerException: The queue is full',
    facts,
  );
  expect(failure).toMatchObject({
    code: 'SUBMISSION_REFUSED',
    message: 'Flink 2.3 refused the job: RestHandlerException: The queue is full.',
  });
});

test('a submission without a word is still a failure with a cure', () => {
  expect(diagnoseSubmission('', facts)).toEqual({
    code: 'SUBMISSION_REFUSED',
    message: 'Flink 2.3 refused the job: Flink gave no cause.',
    cure: expect.stringContaining('drey logs'),
  });
});

describe('a job', () => {
  test.each(versions)('of Flink %s that failed names its exception', (version) => {
    expect(diagnoseJobFailure(rootTrace(version, 'exceptions-job-failed'), facts)).toMatchObject({
      code: 'JOB_FAILED',
      message: 'The job failed: IllegalArgumentException: record 0 is bad.',
      evidence: expect.stringContaining('at dev.Boom$F.map(Boom.java:18)'),
    });
  });

  test.each(versions)('of Flink %s that got no slots names the numbers', (version) => {
    expect(diagnoseJobFailure(rootTrace(version, 'exceptions-no-slots'), facts)).toMatchObject({
      code: 'NOT_ENOUGH_SLOTS',
      message: 'The job did not get the slots it needs: parallelism 50, 1 TaskManager of 2 slots.',
    });
  });

  test.each(versions)('of Flink %s that cannot be restored names the point', (version) => {
    expect(diagnoseJobFailure(rootTrace(version, 'exceptions-restore-point-missing'), facts)).toMatchObject({
      code: 'STORAGE_UNUSABLE',
      message: 'There is no checkpoint or savepoint at file:///flink/nope.',
    });
  });

  test.each([
    [
      'java.lang.IllegalStateException: Failed to rollback to checkpoint/savepoint file:/sp/1. Cannot map checkpoint/savepoint state for operator 0a448493b4782967b150582570326227 to the new program, because the operator is not available in the new program. If you want to allow to skip this, you can set the --allowNonRestoredState option on the CLI.',
      'STATE_INCOMPATIBLE',
      /state of operator 0a448493b4782967b150582570326227/,
    ],
    [
      'org.apache.flink.util.StateMigrationException: The new state serializer (x@1) must not be incompatible with the old state serializer (y@2).',
      'STATE_INCOMPATIBLE',
      /cannot read the state from its restore point/,
    ],
    [
      'java.lang.Exception: Exception while creating StreamOperatorStateContext.\n\tat a.B.c(B.java:1)\nCaused by: org.apache.flink.util.FlinkException: Could not restore keyed state backend for StreamMap_20ba6b65f97481d5570070de90e4e791_(1/2) from any of the 1 provided restore options.\n\tat a.B.c(B.java:1)\nCaused by: org.apache.flink.util.StateMigrationException: The new key serializer (x@1) must be compatible with the previous key serializer (y@2).',
      'STATE_INCOMPATIBLE',
      /cannot read the state of operator StreamMap \(20ba6b65f97481d5570070de90e4e791\) from its restore point: StateMigrationException: The new key/,
    ],
    [
      'java.lang.RuntimeException: Error while getting state\n\tat org.apache.flink.runtime.state.DefaultKeyedStateStore.getState(DefaultKeyedStateStore.java:91)\n\tat dev.shop.Counter.open(Counter.java:17)\n\tat dev.shop.Totals.open(Totals.java:42)\n\tat org.apache.flink.api.common.functions.util.FunctionUtils.openFunction(FunctionUtils.java:34)\n\tat java.base/java.lang.Thread.run(Thread.java:840)\nCaused by: org.apache.flink.util.StateMigrationException: For heap backends, the new state serializer (x@1) must not be incompatible with the old state serializer (y@2).\n\tat org.apache.flink.A.b(A.java:1)',
      'STATE_INCOMPATIBLE',
      /cannot read the state of class dev\.shop\.Totals from its restore point: StateMigrationException: For heap/,
    ],
    [
      'org.apache.flink.util.FlinkException: Job recovery is not needed.\n\tat org.apache.flink.A.b(A.java:1)',
      'JOB_FAILED',
      /did not take up the job.* most likely in its main method/,
    ],
    ['java.lang.OutOfMemoryError: Java heap space', 'OUT_OF_MEMORY', /ran out of memory: Java heap space/],
    [
      'org.apache.flink.runtime.jobmaster.JobMasterException: TaskManager with id orders-tm-1(10.0.0.7:40000) is no longer reachable.',
      'JOB_FAILED',
      /A TaskManager was lost/,
    ],
    [
      'org.apache.flink.util.FlinkRuntimeException: Failed to create checkpoint storage at checkpoint coordinator side.\n\tat a.B.c(B.java:1)\nCaused by: com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403)',
      'STORAGE_UNUSABLE',
      /refuses access: AmazonS3Exception: Access Denied/,
    ],
    [
      'org.apache.flink.util.FlinkRuntimeException: Failed to create checkpoint storage at checkpoint coordinator side.\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: Mkdirs failed to create file:/flink-state/checkpoints/1',
      'STORAGE_UNUSABLE',
      /cannot create the directory file:\/flink-state\/checkpoints\/1/,
    ],
    ['java.nio.file.AccessDeniedException: /data/input.csv', 'JOB_FAILED', /AccessDeniedException: \/data\/input\.csv/],
  ])('%s is %s', (trace, code, message) => {
    expect(diagnoseJobFailure(trace, facts)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('without a cause says so', () => {
    expect(diagnoseJobFailure('', facts).message).toBe('The job failed: Flink gave no cause.');
  });
});

describe('checkpoints and savepoints', () => {
  test.each(versions)('of Flink %s that cannot be written name the directory', (version) => {
    const { response } = recorded(version, 'savepoint-failed') as {
      response: { operation: { 'failure-cause': { 'stack-trace': string } } };
    };
    const trace = response.operation['failure-cause']['stack-trace'];
    const failure = { code: 'STORAGE_UNUSABLE', message: 'Flink cannot create the directory file:/proc/nope.' };
    expect(diagnoseSavepointFailure(trace, facts)).toMatchObject(failure);
    expect(diagnoseCheckpointFailure(trace, facts)).toMatchObject(failure);
  });

  test('that expire are timed out', () => {
    const trace = 'org.apache.flink.runtime.checkpoint.CheckpointException: Checkpoint expired before completing.';
    expect(diagnoseCheckpointFailure(trace, facts).code).toBe('CHECKPOINT_TIMED_OUT');
  });

  test('that fail for another reason say it', () => {
    const trace =
      'java.util.concurrent.CompletionException: org.apache.flink.runtime.checkpoint.CheckpointException: Checkpoint Coordinator is suspending.';
    expect(diagnoseCheckpointFailure(trace, facts).message).toBe(
      'The checkpoint failed: CheckpointException: Checkpoint Coordinator is suspending.',
    );
    expect(diagnoseSavepointFailure(trace, facts).code).toBe('SAVEPOINT_FAILED');
  });
});

test('a savepoint in a format that asynchronous state cannot write says so', () => {
  const trace =
    'java.lang.Exception: Could not materialize checkpoint 3\n\tat a.B.c(B.java:1)\nCaused by: java.lang.UnsupportedOperationException: Not supported yet.';
  expect(diagnoseSavepointFailure(trace, facts)).toMatchObject({
    code: 'SAVEPOINT_FAILED',
    message: expect.stringContaining('canonical format'),
    cure: expect.stringContaining('native'),
  });
});
