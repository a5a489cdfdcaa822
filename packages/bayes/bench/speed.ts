// How fast a filter is, in one process, and what it leaves on disk.

import type { CorpusMessage } from './corpus.ts'
import { quantile } from './metrics.ts'
import { learnAll, type Split, scoreAll } from './protocols.ts'
import type { Sample, Subject } from './subject.ts'

export interface Speed {
  readonly learnedPerSecond: number
  readonly scoredPerSecond: number
  /** Of single messages, one after the other, in milliseconds. */
  readonly p50Milliseconds: number
  readonly p99Milliseconds: number
  /** Of messages of 50 KB. */
  readonly largeP50Milliseconds: number
  readonly largeP99Milliseconds: number
  readonly octetsPerMessage: number
}

const LARGE = 50 * 1024

/** Learns and scores in bulk, then one by one. */
export async function measureSpeed(subject: Subject, split: Split<CorpusMessage>): Promise<Speed> {
  await subject.prepare?.([...split.train, ...split.test])
  const learning = await seconds(() => learnAll(subject, split.train))
  const scoring = await seconds(() => scoreAll(subject, split.test))
  const octets = await subject.octets()
  const single = await times(subject, split.test.slice(0, 1000))
  const large = await times(subject, largeMessages(split.test, 300))
  return {
    learnedPerSecond: split.train.length / learning,
    scoredPerSecond: split.test.length / scoring,
    p50Milliseconds: quantile(single, 0.5),
    p99Milliseconds: quantile(single, 0.99),
    largeP50Milliseconds: quantile(large, 0.5),
    largeP99Milliseconds: quantile(large, 0.99),
    octetsPerMessage: octets / split.train.length,
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

async function times(subject: Subject, samples: readonly Sample[]): Promise<readonly number[]> {
  const took: number[] = []
  for (const sample of samples) {
    const start = performance.now()
    await subject.score(sample)
    took.push(performance.now() - start)
  }
  return took
}

/**
 * Messages of 50 KB made of the corpus: a header, and bodies of one kind put after each other until it is full; in turn plain
 * text, HTML, and both as base64 in a multipart/alternative.
 */
export function largeMessages(messages: readonly CorpusMessage[], count: number): readonly Sample[] {
  const plain: string[] = []
  const html: string[] = []
  for (const { bytes } of messages) {
    const text = Buffer.from(bytes).toString('latin1')
    const gap = /\r?\n\r?\n/.exec(text)
    if (gap === null) continue
    const header = text.slice(0, gap.index)
    if (/^content-transfer-encoding: *(base64|quoted)|^content-type: *(multipart|message)/im.test(header))
      continue
    const body = text.slice(gap.index + gap[0].length)
    if (/^content-type: *text\/html/im.test(header)) html.push(body)
    else plain.push(body)
  }
  return Array.from({ length: count }, (_, i) => {
    const size = i % 3 === 2 ? LARGE * 0.37 : LARGE
    const texts = [plain, html].map((bodies) => fill(bodies, i * 7, size)) as [string, string]
    return { id: `large ${i}`, class: 'ham', bytes: Buffer.from(compose(i, texts), 'latin1') }
  })
}

function fill(bodies: readonly string[], first: number, size: number): string {
  let text = ''
  for (let i = first; text.length < size; i++) text += bodies[i % bodies.length]
  return text.slice(0, size)
}

function compose(i: number, [plain, html]: [plain: string, html: string]): string {
  const header = `Received: from a.example (a.example [192.0.2.1]) by b.example; Thu, 22 Aug 2002 07:36:16 -0400\nFrom: Someone <someone@a.example>\nTo: other@b.example\nSubject: Number ${i} of many\nMessage-ID: <${i}@a.example>\nMIME-Version: 1.0\n`
  if (i % 3 === 0) return `${header}Content-Type: text/plain\n\n${plain}`
  if (i % 3 === 1) return `${header}Content-Type: text/html\n\n${html}`
  const part = (type: string, text: string) =>
    `--=_b\nContent-Type: ${type}; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n\n${base64Lines(text)}\n`
  return `${header}Content-Type: multipart/alternative; boundary="=_b"\n\n${part('text/plain', plain)}${part('text/html', html)}--=_b--\n`
}

const base64Lines = (text: string): string =>
  Buffer.from(text, 'latin1').toString('base64').replace(/.{76}/g, '$&\n')
