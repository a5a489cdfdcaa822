// For tests of README files: runs the example in JavaScript, in which each line `expression // → value` must hold.

/** Runs the first `js` block of `readme` with these names in scope; `check` is told what each line has and should have. */
export async function runReadmeExample(
  readme: string,
  names: Readonly<Record<string, unknown>>,
  check: (value: unknown, expected: unknown) => void,
): Promise<void> {
  const [, example = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? []
  const lines = example.split('\n').filter((line) => !line.startsWith('import '))
  if (lines.length > 22) throw new Error(`an example of ${lines.length} lines is too long`)
  const body = lines.map((line) => line.replace(/^(.+?) \/\/ → (.+)$/, ';check(($1), ($2));')).join('\n')
  const source = `return (async () => { const { ${Object.keys(names).join(', ')} } = names\n${body} })()`
  await new Function('names', 'check', source)(names, check)
}
