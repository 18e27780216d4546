/**
 * How deep YAML is nested, found without recursion. The YAML parser calls itself for every level, and a deep enough text
 * ends the whole process: past a full stack, V8 may find no memory for a regular expression, which nothing can catch.
 */
import { CST, Lexer } from 'yaml';

/**
 * The nesting that the parser would go through, at least: each token that stands further right than all before it on
 * the way may open a level. Ordinary lines count two or three too many.
 */
export function yamlDepth(text: string): number {
  const columns: number[] = [];
  let depthMax = 0;
  let flowDepth = 0;
  let column = 0;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    const type: CST.TokenType | 'content' | null = isScalar ? 'content' : CST.tokenType(token);
    isScalar = type === 'scalar';
    // The marker in front of a scalar is not in the text.
    if (isScalar || type === 'doc-mode' || type === 'flow-error-end') continue;
    if (type === 'flow-map-start' || type === 'flow-seq-start') flowDepth += 1;
    if (type === 'flow-map-end' || type === 'flow-seq-end') flowDepth = Math.max(0, flowDepth - 1);
    if (flowDepth === 0 && type !== 'space' && type !== 'newline') stepTo(columns, column);
    depthMax = Math.max(depthMax, columns.length + flowDepth);
    const lineStart = token.lastIndexOf('\n') + 1;
    column = lineStart === 0 ? column + token.length : token.length - lineStart;
  }
  return depthMax;
}

function stepTo(columns: number[], column: number): void {
  while ((columns.at(-1) ?? -1) > column) columns.pop();
  if ((columns.at(-1) ?? -1) < column) columns.push(column);
}
