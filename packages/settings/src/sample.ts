import { formatTakes, formatTomlValue, type Setting, settingsTables, tableOf } from './setting-list.ts'

const columns = 100

const preamble = `Settings of Postern. Every setting is here with its default, commented out: take away the "#" in front of
one that you want to change. "postern config check" tells about mistakes, and running daemons read this
file again on SIGHUP. Whatever is not set keeps its default; an empty file is a good one.`

/** A postern.toml in which every key stands with its meaning and, commented out, its default. */
export function formatSample(): string {
  const sections = settingsTables.map(({ name, description, settings }) =>
    [...comment(description), `[${name}]`, ...settings.map((setting) => formatSetting(setting, name))].join(
      '\n',
    ),
  )
  return `${[comment(preamble).join('\n'), ...sections].join('\n\n')}\n`
}

/** The sentence, what the key takes, and the line that sets it: without a blank behind its "#" where it is a default. */
function formatSetting(setting: Setting, table: string): string {
  const { key, takes, defaultValue, example, description } = setting
  const lines = ['', ...comment(description)]
  if (takes.kind !== 'text' && takes.kind !== 'list') lines.push(...comment(`Takes ${formatTakes(takes)}.`))
  if (defaultValue !== undefined) lines.push(`#${key} = ${formatTomlValue(defaultValue)}`)
  else {
    lines.push('# There is no default. An example:')
    lines.push(`#   ${key} = ${formatTomlValue(example ?? '')}`)
  }
  const inner = tableOf(setting)
  if (inner) lines.push('# Each is a table of its own. An example:', `#     [[${table}.${key}]]`)
  for (const one of inner ?? [])
    if (one.example !== undefined) lines.push(`#     ${one.key} = ${formatTomlValue(one.example)}`)
  return lines.join('\n')
}

function comment(text: string): string[] {
  const lines: string[] = []
  let line = '#'
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line.length + 1 + word.length > columns && line !== '#') {
      lines.push(line)
      line = '#'
    }
    line += ` ${word}`
  }
  return line === '#' ? lines : [...lines, line]
}
