import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readLists } from '../src/lists.ts'
import { newDirectory, startTestDaemon } from './in-process.ts'

const none = { clients_files: [], recipients_files: [], senders_files: [] }

describe('the files of those who are never delayed', () => {
  it('are joined', () => {
    const directory = newDirectory()
    const file = (name: string, text: string) => {
      writeFileSync(path.join(directory, name), text)
      return path.join(directory, name)
    }
    const { lists, warnings } = readLists({
      clients_files: [
        file('a', '# ours\nfriend.example.org\n192.0.2.0/24\n'),
        file('b', '/^mx\\d/\n198.51.100.7\n'),
      ],
      recipients_files: [file('c', 'postmaster@\n'), file('d', 'open.example.org\nbob@lab.example.com\n')],
      senders_files: [file('e', 'news.example.net\n')],
    })
    expect(warnings).toEqual([])
    expect([...lists.clients.names]).toEqual(['friend.example.org'])
    expect(lists.clients.networks).toHaveLength(2)
    expect(lists.clients.patterns).toHaveLength(1)
    expect([...lists.recipients.localParts]).toEqual(['postmaster'])
    expect([...lists.recipients.domains]).toEqual(['open.example.org'])
    expect([...lists.recipients.addresses]).toEqual(['bob@lab.example.com'])
    expect([...lists.senders.domains]).toEqual(['news.example.net'])
  })

  it('may be missing when they end in .local; anything else that cannot be read is a warning', () => {
    const directory = newDirectory()
    mkdirSync(path.join(directory, 'folder.local'))
    const clients_files = ['missing.local', 'missing', 'folder.local'].map((name) =>
      path.join(directory, name),
    )
    const { warnings } = readLists({ ...none, clients_files })
    expect(warnings).toEqual([
      { kind: 'unreadable', file: clients_files[1], message: expect.stringContaining('ENOENT') },
      { kind: 'unreadable', file: clients_files[2], message: expect.stringContaining('EISDIR') },
    ])
  })

  it('are in force but for the lines that are mistakes, which are logged with file and line', async () => {
    const directory = newDirectory()
    const file = path.join(directory, 'whitelist_clients')
    writeFileSync(file, '# a comment\n\n/(unclosed/\nfriend.example.org\n192.0.2.999\n')
    const daemon = await startTestDaemon({
      directory,
      settings: `[greylist]\nclients_files = ["${file}", "${directory}/absent"]`,
    })
    expect(await daemon.ask({ client_name: 'mx.friend.example.org' })).toBe('DUNNO')
    await daemon.close()
    const warned = daemon.lines.filter((line) => line.includes(' list level=warn '))
    expect(warned.map((line) => line.slice(line.indexOf('file=')))).toEqual([
      `file=${file} line=3 problem=bad-pattern text=/(unclosed/`,
      `file=${file} line=5 problem=not-a-client text=192.0.2.999`,
      expect.stringMatching(/^file=\S+\/absent problem="ENOENT/),
    ])
  })
})
