// For ../shared/lab/bayes-bench.py --ours: folders of ham and spam to learn and to tell of, scores as lines of a file.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ours } from './ours.ts'
import { learnAll, mixed, scoreAll } from './protocols.ts'
import type { Sample } from './subject.ts'

export async function runLab(trainFolder: string, testFolder: string, outFile: string): Promise<void> {
  const subject = await ours.create()
  try {
    // Reading the files is part of the work, as it is for the peers.
    const start = performance.now()
    const train = readSamples(trainFolder)
    await learnAll(subject, mixed(train))
    const learned = performance.now()
    const test = readSamples(testFolder)
    const outcomes = await scoreAll(subject, test)
    const scored = performance.now()
    const lines = outcomes.map(({ id, score, verdict }) => `${id}\t${score}\t${verdict}\n`)
    writeFileSync(outFile, lines.join(''))
    const figures = {
      trainPerSec: (train.length / (learned - start)) * 1000,
      classifyPerSec: (test.length / (scored - learned)) * 1000,
      dbBytes: await subject.octets(),
    }
    process.stdout.write(`${JSON.stringify(figures)}\n`)
  } finally {
    await subject.close()
  }
}

function readSamples(folder: string): readonly Sample[] {
  return (['ham', 'spam'] as const).flatMap((mailClass) =>
    readdirSync(path.join(folder, mailClass))
      .filter((name) => name.endsWith('.eml'))
      .sort()
      .map((name) => {
        const file = path.join(folder, mailClass, name)
        return { id: file, class: mailClass, bytes: readFileSync(file) }
      }),
  )
}
