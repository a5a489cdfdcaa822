import { readFileSync } from 'node:fs'
import {
  type AddressList,
  type ClientList,
  type GreylistLists,
  type ListProblem,
  type ParsedList,
  parseAddressList,
  parseClientList,
} from '@postern/greylist'

/** Something about a list's file that the administrator should know; the rest of the list is in force all the same. */
export type ListWarning =
  | { readonly kind: 'line'; readonly file: string; readonly problem: ListProblem }
  | { readonly kind: 'unreadable'; readonly file: string; readonly message: string }

export interface ListFiles {
  readonly clients_files: readonly string[]
  readonly recipients_files: readonly string[]
  readonly senders_files: readonly string[]
}

/** Reads the files of those who are never delayed. */
export function readLists(files: ListFiles): { lists: GreylistLists; warnings: readonly ListWarning[] } {
  const warnings: ListWarning[] = []
  const read = <T>(paths: readonly string[], parse: (text: string) => ParsedList<T>): T[] =>
    paths.flatMap((file) => {
      const text = readText(file, warnings)
      if (text === undefined) return []
      const { list, problems } = parse(text)
      for (const problem of problems) warnings.push({ kind: 'line', file, problem })
      return [list]
    })
  return {
    lists: {
      clients: joinClientLists(read(files.clients_files, parseClientList)),
      recipients: joinAddressLists(read(files.recipients_files, parseAddressList)),
      senders: joinAddressLists(read(files.senders_files, parseAddressList)),
    },
    warnings,
  }
}

function readText(file: string, warnings: ListWarning[]): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    // As in postgrey, whose users name the .local twin of a list before they have one.
    if (!(code === 'ENOENT' && file.endsWith('.local'))) warnings.push({ kind: 'unreadable', file, message })
    return undefined
  }
}

function joinClientLists(lists: readonly ClientList[]): ClientList {
  return {
    names: new Set(lists.flatMap((list) => [...list.names])),
    patterns: lists.flatMap((list) => list.patterns),
    networks: lists.flatMap((list) => list.networks),
  }
}

function joinAddressLists(lists: readonly AddressList[]): AddressList {
  return {
    addresses: new Set(lists.flatMap((list) => [...list.addresses])),
    localParts: new Set(lists.flatMap((list) => [...list.localParts])),
    domains: new Set(lists.flatMap((list) => [...list.domains])),
    patterns: lists.flatMap((list) => list.patterns),
  }
}
