// Macros: what the MTA knows besides the command's own arguments. They come in a frame before the command they belong to.

import { SMFIC } from './constants.ts'
import type { ByteString } from './octets.ts'

/** Stages in the order in which their macros are looked for: the latest first, as libmilter's smfi_getsymval does. */
const searchOrder: readonly string[] = [
  SMFIC.BODYEOB,
  SMFIC.BODY,
  SMFIC.EOH,
  SMFIC.HEADER,
  SMFIC.DATA,
  SMFIC.RCPT,
  SMFIC.MAIL,
  SMFIC.UNKNOWN,
  SMFIC.HELO,
  SMFIC.CONNECT,
]

/** The macros of a connection or of a message, by the command they came before. Read only when somebody asks. */
export class Macros {
  private readonly outer: Macros | undefined
  /** In the order of `searchOrder`: the data of the frame as they came, or the macros read from them. */
  private stages: (ByteString | Map<string, ByteString> | undefined)[] | undefined = undefined

  /** `outer`: where to look for what is not here. */
  constructor(outer?: Macros) {
    this.outer = outer
  }

  /**
   * `data`: command, name NUL value NUL ... The last set of a stage replaces the one before. Commands that have no macros are
   * passed over.
   */
  set(command: string, data: ByteString): void {
    const at = searchOrder.indexOf(command)
    if (at < 0) return
    this.stages ??= searchOrder.map(() => undefined)
    this.stages[at] = data
  }

  /** `i` and `{i}` are the same name. */
  get(name: string): ByteString | undefined {
    const { stages, outer } = this
    const bare = bareName(name)
    if (stages !== undefined)
      for (const [at, stage] of stages.entries()) {
        if (stage === undefined) continue
        const macros = typeof stage === 'string' ? readMacros(stage.slice(1)) : stage
        stages[at] = macros
        const value = macros.get(bare)
        if (value !== undefined) return value
      }
    return outer?.get(bare)
  }
}

/** Whether macros that came before this command belong to the connection; else to the message. */
export const isConnectionStage = (command: string): boolean =>
  command === SMFIC.CONNECT || command === SMFIC.HELO

const bareName = (name: string) => (name.startsWith('{') && name.endsWith('}') ? name.slice(1, -1) : name)

/** A name without a value is left out. */
function readMacros(text: ByteString): Map<string, ByteString> {
  const macros = new Map<string, ByteString>()
  const parts = text.split('\0')
  for (let at = 0; at + 2 < parts.length; at += 2) macros.set(bareName(parts[at]!), parts[at + 1]!)
  return macros
}

/** How a name is written in a request for macros: in braces unless it is one character. */
export const formatMacroName = (name: string): string => {
  const bare = bareName(name)
  return bare.length === 1 ? bare : `{${bare}}`
}
