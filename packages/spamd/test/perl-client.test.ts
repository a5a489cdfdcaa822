// SpamAssassin's own client in Perl, which keeps its end of the connection open while it waits.

import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lab, startServer } from './lab.ts'

const isInstalled = spawnSync('perl', ['-MMail::SpamAssassin::Client', '-e', '1']).status === 0
if (!isInstalled)
  console.warn(
    'Mail::SpamAssassin::Client is not installed: its tests are left out (apt-get install spamassassin)',
  )

const script = `
use Mail::SpamAssassin::Client;
my $client = Mail::SpamAssassin::Client->new({ port => shift, host => '127.0.0.1', username => 'jo' });
my $message = "Subject: win\\n\\nthe lottery\\n";
my $found = $client->process($message);
print join('|', $client->ping(), map({ $found->{$_} } qw(isspam score threshold content_length message)),
  $client->check($message)->{score}, $client->spam_report($message)->{report}, $client->headers($message)->{message},
  $client->learn($message, 0), $client->learn($message, 2), $client->report($message), $client->revoke($message));
`

let lab: Lab
beforeAll(async () => {
  lab = await startServer({
    scan: () => ({ spam: true, score: 15, threshold: 5, report: 'Because.\n', fields: ['X-Spam-Flag: YES'] }),
    tell: ({ set, remove }) => ({ didSet: set, didRemove: remove }),
  })
})
afterAll(() => lab.close())

describe.runIf(isInstalled)('Mail::SpamAssassin::Client', () => {
  it('asks and tells', async () => {
    const { stdout } = await promisify(execFile)('perl', ['-e', script, String(lab.port)])
    const header = 'X-Spam-Flag: YES\nSubject: win\n\n'
    expect(stdout.split('|')).toEqual([
      ...['1', 'True', '15', '5', '43', `${header}the lottery\n`],
      ...['15', 'Because.\n', header, '1', '1', '1', '1'],
    ])
  })
})
