// What the real sa-learn and bogofilter have learned of real mail, taken over by `postern bayes import`: as good as they were.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { programOf } from '@postern/e2e/daemon'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { dataFolder, readCorpus } from '../../../packages/bayes/bench/corpus.ts'
import { rocaPercent } from '../../../packages/bayes/bench/metrics.ts'
import type { Outcome } from '../../../packages/bayes/bench/subject.ts'

// Of each class.
const LEARNED = 300
const SCORED = 200
const classes = ['ham', 'spam'] as const
type MailClass = (typeof classes)[number]

/** Folders of messages by class: a half to learn, another to score. */
let directory: string
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'postern-import-'))
  const bench = path.join(import.meta.dirname, '../../../packages/bayes/bench/corpus.ts')
  const { messages } = readCorpus(dataFolder(bench))
  const sorted = messages.toSorted((a, b) => Buffer.compare(a.digest, b.digest))
  for (const mailClass of classes)
    for (const [index, { bytes }] of sorted
      .filter((each) => each.class === mailClass)
      .slice(0, LEARNED + SCORED)
      .entries()) {
      const folder = folderOf(index < LEARNED ? 'learn' : 'score', mailClass)
      mkdirSync(folder, { recursive: true })
      writeFileSync(path.join(folder, `${index}.eml`), bytes)
    }
  writeFileSync(path.join(directory, 'postern.toml'), '[store]\ndirectory = "state"\n')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const folderOf = (part: 'learn' | 'score', mailClass: MailClass) => path.join(directory, part, mailClass)

const run = (command: string, args: readonly string[], input = '') =>
  execFileSync(command, args, { cwd: directory, input, encoding: 'latin1', maxBuffer: 2 ** 28 })

const postern = (args: readonly string[], input = '') =>
  run(process.execPath, [programOf('cli'), ...args], input)

/** How the filter scores what was not learned. */
function ourOutcomes(): Outcome[] {
  return classes.flatMap((mailClass) =>
    postern(['score', '--json', folderOf('score', mailClass)])
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ place, probability, verdict }) => ({
        id: place,
        class: mailClass,
        score: probability,
        verdict,
      })),
  )
}

function expectGood(outcomes: readonly Outcome[], theirs: number): void {
  expect(outcomes).toHaveLength(2 * SCORED)
  // A pair the wrong way round is 0.0025 %.
  expect(rocaPercent(outcomes)).toBeLessThan(Math.max(0.1, 1.5 * theirs))
  const count = (mailClass: MailClass, verdict: string) =>
    outcomes.filter((each) => each.class === mailClass && each.verdict === verdict).length
  expect(count('ham', 'spam')).toBe(0)
  expect(count('spam', 'ham')).toBeLessThan(0.02 * SCORED)
  expect(count('ham', 'ham')).toBeGreaterThan(0.9 * SCORED)
  expect(count('spam', 'spam')).toBeGreaterThan(0.3 * SCORED)
}

it('bogofilter', () => {
  const list = (part: 'learn' | 'score', mailClass: MailClass) =>
    run('find', [folderOf(part, mailClass), '-name', '*.eml'])
  run('bogofilter', ['-C', '-d', directory, '-n', '-b'], list('learn', 'ham'))
  run('bogofilter', ['-C', '-d', directory, '-s', '-b'], list('learn', 'spam'))
  const theirs = classes.flatMap((mailClass): Outcome[] => {
    const format = ['-v', '--terse-format=%p', '-T', '--spamicity-formats=%0.17f,%0.17f,%0.17f']
    // Its status is the verdict of the last one.
    const { stdout } = spawnSync('bogofilter', ['-C', '-d', directory, ...format, '-b'], {
      input: list('score', mailClass),
      encoding: 'latin1',
    })
    const scores = stdout
      .trimEnd()
      .split('\n')
      .map((line) => Number(line.split(' ').at(-1)))
    return scores.map((score, index) => ({ id: `${index}`, class: mailClass, score, verdict: 'unsure' }))
  })
  expect(theirs).toHaveLength(2 * SCORED)
  const dump = run('bogoutil', ['-d', path.join(directory, 'wordlist.db')])
  expect(postern(['bayes', 'import', 'bogofilter', '-'], dump)).toMatch(
    /^bogofilter has learned 300 spam and 300 ham, /,
  )
  expectGood(ourOutcomes(), rocaPercent(theirs)!)
})

it('SpamAssassin', () => {
  const rules = path.join(directory, 'rules')
  mkdirSync(rules)
  writeFileSync(
    path.join(rules, 'init.pre'),
    'loadplugin Mail::SpamAssassin::Plugin::Check\nloadplugin Mail::SpamAssassin::Plugin::Bayes\n',
  )
  const settings = [
    'use_bayes 1',
    `bayes_path ${directory}/bayes`,
    'bayes_learn_to_journal 0',
    'bayes_auto_expire 0',
  ]
  writeFileSync(
    path.join(rules, 'local.cf'),
    `include /usr/share/spamassassin/20_aux_tlds.cf\n${settings.join('\n')}\n`,
  )
  const options = ['-C', rules, `--siteconfigpath=${rules}`, '-p', '/dev/null']
  for (const mailClass of classes)
    run('sa-learn', [...options, `--${mailClass}`, folderOf('learn', mailClass)])
  writeFileSync(path.join(directory, 'backup'), run('sa-learn', [...options, '--backup']), 'latin1')
  expect(postern(['bayes', 'import', 'sa', 'backup'])).toMatch(
    /^SpamAssassin has learned 300 spam and 300 ham, /,
  )
  // On other mail of this corpus SpamAssassin itself has 0.15 %; see docs/decisions/0010-bayes-import.md.
  expectGood(ourOutcomes(), 0.15)
})
