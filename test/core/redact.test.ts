import { describe, expect, test } from '@jest/globals';
import { redact } from '../../core/redact.ts';

describe('redact', () => {
  test.each([
    ['s3.secret-key: abc/DEF+123', 's3.secret-key: ***'],
    ['s3.access-key=minio, s3.endpoint=http://minio:9000', 's3.access-key=***, s3.endpoint=http://minio:9000'],
    ['fs.azure.account.key.store.blob.core.windows.net: Zm9v', 'fs.azure.account.key.store.blob.core.windows.net: ***'],
    ['"password" : "p4ss word", "user": "flink"', '"password" : ***, "user": "flink"'],
    ["dbPassword='p4ss'", 'dbPassword=***'],
    [
      'sasl.jaas.config=x required username="u" password="p4ss";',
      'sasl.jaas.config=x required username="u" password=***;',
    ],
    ['--kafka-password p4ss --rate 1000', '--kafka-password *** --rate 1000'],
    ['--token=p4ss --verbose', '--token=*** --verbose'],
    ['jdbc:postgresql://flink:p4ss@db:5432/orders', 'jdbc:postgresql://***@db:5432/orders'],
    ['https://p4ss@git.example.com/repo', 'https://***@git.example.com/repo'],
    ['Authorization: Bearer abcdef.123-456_x', 'Authorization: Bearer ***'],
    ['authorization: basic dXNlcjpwYXNz==', 'authorization: basic ***'],
    ['key AKIAIOSFODNN7EXAMPLE is used', 'key *** is used'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1 ends', 'jwt *** ends'],
    [
      'GET https://b.s3.amazonaws.com/k?X-Amz-Credential=AK%2F1&X-Amz-Signature=0a1b&x=1',
      'GET https://b.s3.amazonaws.com/k?X-Amz-Credential=***&X-Amz-Signature=***&x=1',
    ],
    ['wasb://c@store/x?sv=1&sig=abc%2B', 'wasb://***@store/x?sv=1&sig=***'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nnext', '***\nnext'],
  ])('takes the secret out of %s', (text, clean) => {
    expect(redact(text)).toBe(clean);
    expect(redact(clean)).toBe(clean);
  });

  test.each([
    'Caused by: com.example.InvalidTokenException: the token is 3 days old',
    '\tat com.example.TokenFilter.run(TokenFilter.java:12)',
    'secret "db-password" not found',
    "couldn't find key password in Secret jobs/db",
    'java.sql.SQLException: connection to db:5432 refused',
    'https://nightlies.apache.org/flink/flink-docs-stable/ops/filesystems/?a=b@c',
    'Could not acquire the minimum required resources.',
  ])('leaves %s as it is', (text) => {
    expect(redact(text)).toBe(text);
  });
});
