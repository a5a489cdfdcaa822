import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { serveStream } from '../src/server.ts'
import { request } from './bytes.ts'

function collector() {
  const chunks: Buffer[] = []
  const output = new Writable({
    write(chunk, _, done) {
      chunks.push(chunk)
      done()
    },
  })
  return { output, text: () => Buffer.concat(chunks).toString() }
}

describe('serveStream', () => {
  it('answers one peer until it closes', async () => {
    const [input, { output, text }] = [new PassThrough(), collector()]
    const served = serveStream({ input, output, handle: async () => ({ kind: 'ok' }) })
    input.write(request())
    input.end(request())
    await served
    expect(text()).toBe('action=OK\n\naction=OK\n\n')
    expect(output.writableFinished).toBe(true)
  })

  it('ends after a protocol error', async () => {
    const [input, { output, text }] = [new PassThrough(), collector()]
    const codes: string[] = []
    const onProtocolError = (error: { code: string }) => codes.push(error.code)
    const served = serveStream({ input, output, onProtocolError, handle: () => ({ kind: 'ok' }) })
    input.write(`${request()}request=smtpd_access_policy\njunk\n`)
    await served
    expect(text()).toBe('action=OK\n\naction=DUNNO\n\n')
    expect(codes).toEqual(['not-an-attribute'])
  })

  it('answers what is in flight when it is aborted', async () => {
    const [input, { output, text }] = [new PassThrough(), collector()]
    const abort = new AbortController()
    const served = serveStream({
      input,
      output,
      signal: abort.signal,
      async handle() {
        abort.abort()
        return { kind: 'ok' }
      },
    })
    input.write(request())
    await served
    expect(text()).toBe('action=OK\n\n')
    await serveStream({
      input,
      output: collector().output,
      signal: abort.signal,
      handle: () => ({ kind: 'ok' }),
    })
  })

  it('gives up when nobody reads the answers any more', async () => {
    const input = new PassThrough()
    const output = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) })
    const served = serveStream({ input, output, handle: () => ({ kind: 'ok' }) })
    input.write(request())
    await expect(served).resolves.toBeUndefined()
  })

  it('survives an input that fails', async () => {
    const [input, { output, text }] = [new PassThrough(), collector()]
    const served = serveStream({ input, output, handle: () => ({ kind: 'ok' }) })
    input.write(request(), () => input.destroy(new Error('EIO')))
    await served
    expect(text()).toBe('action=OK\n\n')
  })
})
