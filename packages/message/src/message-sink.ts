/** Text with one character per byte, U+0000 to U+00FF (latin1). */
export type ByteString = string

/**
 * What takes a message piece by piece: its header fields, each once and in order, then the end of the header, then the body.
 *
 * A field comes raw, byte for byte, without the CRLF that ends it; the CRLFs of its folds are kept. The chunks of the body,
 * joined, are the body as it travels, with CRLF line ends; where it is cut says nothing. A chunk is good during the call only.
 */
export interface MessageSink {
  field(raw: ByteString): void
  endOfHeader(): void
  body(chunk: Uint8Array): void
}
