// The mail of one class in order, and that of two classes mixed.

import { READ_AHEAD_FILES } from './limits.ts'
import type { Chunks } from './mail-content.ts'
import { type ReadAhead, readAhead, readMailFile } from './mail-file.ts'
import type { MailFile, MailItem } from './mail-item.ts'

/** An item, with how far the mail of its class has been read by then. */
export interface StreamItem {
  readonly item: MailItem
  /** Octets of all files of the class. */
  readonly octets: number
}

/** Reads files one after the other, with the content of the next small ones on its way. */
export async function* readInOrder(files: readonly MailFile[], stdin: Chunks): AsyncGenerator<StreamItem> {
  const ahead: Promise<ReadAhead>[] = []
  let asked = 0
  let octets = 0
  for (const file of files) {
    while (asked < files.length && ahead.length < READ_AHEAD_FILES) ahead.push(readAhead(files[asked++]!))
    for await (const item of readMailFile(file, await ahead.shift()!, stdin))
      yield { item, octets: octets + item.end }
    octets += file.octets
  }
}

/** The mail to be learned as one class. */
export interface MailOfClass<Class extends string> {
  readonly class: Class
  readonly files: readonly MailFile[]
}

export type ClassedItem<Class extends string> = MailItem & {
  readonly class: Class
  /** Octets read of all classes; what has no known size does not count. */
  readonly octetsDone: number
}

export const octetsOf = (files: readonly MailFile[]): number =>
  files.reduce((sum, { octets }) => sum + octets, 0)

/**
 * Mixes the classes in proportion, each in its order: a filter that learns message by message and sees all the spam first
 * and then all the ham knows the ham best. The next item is of the class of which the smallest part has been read;
 * where a size is not known, of the class with fewer items so far.
 */
export async function* mixClasses<Class extends string>(
  classes: readonly MailOfClass<Class>[],
  stdin: Chunks,
): AsyncGenerator<ClassedItem<Class>> {
  const lanes = classes.map(({ class: name, files }) => ({
    class: name,
    total: octetsOf(files),
    isSizeKnown: files.every(({ octets, isNamed }) => octets > 0 || !isNamed),
    items: readInOrder(files, stdin),
    octets: 0,
    count: 0,
  }))
  const open = [...lanes]
  try {
    while (open.length > 0) {
      const isSizeKnown = open.every((lane) => lane.isSizeKnown)
      const partOf = (lane: (typeof lanes)[number]) =>
        isSizeKnown ? lane.octets / Math.max(1, lane.total) : lane.count
      const lane = open.reduce((least, each) => (partOf(each) < partOf(least) ? each : least))
      const next = await lane.items.next()
      if (next.done) {
        lane.octets = lane.total
        open.splice(open.indexOf(lane), 1)
        continue
      }
      lane.octets = next.value.octets
      lane.count++
      const octetsDone = lanes.reduce((sum, { octets }) => sum + octets, 0)
      yield { ...next.value.item, class: lane.class, octetsDone }
    }
  } finally {
    await Promise.all(lanes.map(({ items }) => items.return(undefined)))
  }
}
