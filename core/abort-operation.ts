/** The name of the signal by which an operation is asked to give up; never changed. */
export const abortOperationName = 'abortOperation';
