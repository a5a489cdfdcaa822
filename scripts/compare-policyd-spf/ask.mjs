// Puts requests to a policy server on its standard input, as spawn(8) does, and gathers its answers.
import { spawn } from 'node:child_process'

/** An answer for each request; a program that ends is started again after the request that it ended at. */
export async function ask([command, ...args], requests) {
  const answers = []
  let starts = 0
  while (answers.length < requests.length) {
    if (++starts > 20) throw new Error(`${command} ends again and again`)
    const rest = requests.slice(answers.length)
    const { text, errors } = await converse(command, args, rest.map((request) => request.text).join(''))
    const said = text.split('\n\n').slice(0, -1)
    answers.push(...said.map((answer) => answer.replace(/^action=/, '')))
    if (said.length < rest.length) {
      if (said.length === 0 && starts === 1) throw new Error(`${command} gives no answer: ${errors}`)
      answers.push(`ended ${errors.trim().split('\n').at(-1)}`)
    }
  }
  return answers
}

function converse(command, args, input) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'pipe' })
    const text = []
    const errors = []
    child.stdout.on('data', (chunk) => text.push(chunk))
    child.stderr.on('data', (chunk) => errors.push(chunk))
    child.on('error', reject)
    // It may end before it has read everything.
    child.stdin.on('error', () => {})
    child.on('close', () =>
      resolve({ text: Buffer.concat(text).toString(), errors: Buffer.concat(errors).toString() }),
    )
    child.stdin.end(input)
  })
}
