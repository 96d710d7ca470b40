import { TokenReader, Unreadable } from './token-reader.ts';

/**
 * One text for all the ways to write an expression. SQL Server stores `status in ('a', 'b')` as
 * `([status]='b' OR [status]='a')` and `x between 0 and 9` as `([x]>=(0) AND [x]<=(9))`; both
 * forms come out the same. Undefined where the expression is not understood.
 */
export function canonicalExpression(text: string): string | undefined {
  try {
    const reader = new TokenReader(text);
    const result = disjunction(reader);
    return reader.peek() === undefined ? result : undefined;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

const COMPARISONS = ['=', '<>', '!=', '<=', '>=', '<', '>'];

/** Operands in one order, and each once: `a or b` is `b or a`. */
function joined(operator: 'and' | 'or', operands: readonly string[]): string {
  const flat = operands.flatMap((one) => parts(operator, one));
  const [first = '', ...rest] = [...new Set(flat)].sort();
  return rest.length === 0 ? first : `${operator}(${[first, ...rest].join('|')})`;
}

/** The operands of an expression that is joined by the same operator already. */
function parts(operator: string, text: string): string[] {
  if (!text.startsWith(`${operator}(`)) return [text];
  const inner = text.slice(operator.length + 1, -1);
  const result: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of inner) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === '|' && depth === 0) {
      result.push(current);
      current = '';
    } else {
      current += character;
    }
  }
  return [...result, current];
}

function disjunction(reader: TokenReader): string {
  const operands = [conjunction(reader)];
  while (reader.take('OR')) operands.push(conjunction(reader));
  return joined('or', operands);
}

function conjunction(reader: TokenReader): string {
  const operands = [negation(reader)];
  while (reader.take('AND')) operands.push(negation(reader));
  return joined('and', operands);
}

function negation(reader: TokenReader): string {
  return reader.take('NOT') ? `not(${negation(reader)})` : comparison(reader);
}

function comparison(reader: TokenReader): string {
  const left = sum(reader);
  if (reader.take('IS', 'NOT', 'NULL')) return `notnull(${left})`;
  if (reader.take('IS', 'NULL')) return `null(${left})`;
  const negated = reader.take('NOT');
  const result = predicate(reader, left);
  if (result === undefined) {
    if (negated) throw reader.unreadable('IN, BETWEEN or LIKE was expected');
    return left;
  }
  return negated ? `not(${result})` : result;
}

function predicate(reader: TokenReader, left: string): string | undefined {
  if (reader.take('IN')) {
    return joined(
      'or',
      reader.list(() => sum(reader)).map((item) => `${left}=${item}`),
    );
  }
  if (reader.take('BETWEEN')) {
    const low = sum(reader);
    reader.expect('AND');
    return joined('and', [`${left}>=${low}`, `${left}<=${sum(reader)}`]);
  }
  if (reader.take('LIKE')) return `${left} like ${sum(reader)}`;
  const operator = COMPARISONS.find((one) => reader.take(one));
  if (operator === undefined) return undefined;
  return `${left}${operator === '!=' ? '<>' : operator}${sum(reader)}`;
}

/** Every operation in parentheses of its own, so that those of the source say nothing more. */
function operations(
  reader: TokenReader,
  operators: readonly string[],
  operand: (reader: TokenReader) => string,
): string {
  let text = operand(reader);
  for (;;) {
    const operator = operators.find((one) => reader.take(one));
    if (operator === undefined) return text;
    text = `(${text}${operator}${operand(reader)})`;
  }
}

function sum(reader: TokenReader): string {
  return operations(reader, ['+', '-'], product);
}

function product(reader: TokenReader): string {
  return operations(reader, ['*', '/', '%'], atom);
}

function atom(reader: TokenReader): string {
  if (reader.take('-')) return `-${atom(reader)}`;
  if (reader.take('(')) {
    const inner = disjunction(reader);
    reader.expect(')');
    return inner;
  }
  const token = reader.next();
  if (token.kind === 'text')
    return `'${token.value.replaceAll(/[()|]/g, (mark) => `%${mark.charCodeAt(0)}`)}'`;
  if (token.kind === 'number') return token.value.replace(/\.0*$/, '');
  if (token.kind === 'mark') throw reader.unreadable('a value was expected');
  if (!reader.sees('(')) {
    return token.value.toUpperCase() === 'CURRENT_TIMESTAMP'
      ? 'getdate()'
      : token.value.toLowerCase();
  }
  reader.expect('(');
  if (token.value.toUpperCase() === 'CAST') return cast(reader);
  const values: string[] = [];
  while (!reader.take(')')) {
    values.push(disjunction(reader));
    if (!reader.take(',') && !reader.sees(')')) {
      throw reader.unreadable('this call is not known');
    }
  }
  return `${token.value.toLowerCase()}(${values.join(',')})`;
}

/** SQL Server stores `CAST(x AS nvarchar(max))` as `CONVERT([nvarchar](max),x)`. */
function cast(reader: TokenReader): string {
  const value = disjunction(reader);
  reader.expect('AS');
  const type = atom(reader);
  reader.expect(')');
  return `convert(${type},${value})`;
}
