# SpamAssassin's Bayes alone, without its rules, asked over standard input: spamassassin.pl FOLDER
# "learn ham|spam OCTETS", "score OCTETS", each followed by the message; answered "ok", or the probability ("undef": no answer).
use strict;
use warnings;
use File::Path qw(make_path);
use Mail::SpamAssassin;
use Mail::SpamAssassin::PerMsgStatus;

my ($state) = @ARGV;
make_path("$state/db", "$state/rules");
open my $plugins, '>', "$state/rules/init.pre" or die $!;
print $plugins "loadplugin Mail::SpamAssassin::Plugin::Check\nloadplugin Mail::SpamAssassin::Plugin::Bayes\n";
close $plugins;
open my $settings, '>', "$state/rules/local.cf" or die $!;
-e $_ and print $settings "include $_\n" for map { "/usr/share/spamassassin/$_" } qw(20_aux_tlds.cf 23_bayes.cf);
print $settings "use_bayes 1\nbayes_path $state/db/bayes\nbayes_auto_learn 0\nbayes_auto_expire 0\nlock_method flock\n";
print $settings "bayes_learn_to_journal 0\nuse_auto_whitelist 0\n";
close $settings;

my $sa = Mail::SpamAssassin->new({
  rules_filename => "$state/rules", site_rules_filename => "$state/rules", userprefs_filename => '/dev/null',
  dont_copy_prefs => 1, local_tests_only => 1, userstate_dir => $state, home_dir_for_helpers => $state,
});
$sa->init(1);
my ($bayes) = grep { ref($_) eq 'Mail::SpamAssassin::Plugin::Bayes' } @{ $sa->{plugins}{plugins} };
die "no Bayes plugin" unless $bayes;

# Learning holds the lock until it is told to end: a scan in between would tie the files for reading only, and later
# learning would write into those. So each change of task ends learning.
my $learning = 0;
sub learning {
  my ($wanted) = @_;
  return if $learning == $wanted;
  if ($wanted) { $sa->init_learner({ caller_will_untie => 1, wait_for_lock => 1, use_whitelist => 0 }) }
  else { $sa->finish_learner }
  $learning = $wanted;
}

binmode STDIN;
$| = 1;
while (defined(my $line = <STDIN>)) {
  my ($task, $class, $size) = $line =~ /^(learn|score)(?: (ham|spam))? (\d+)$/ or die "not understood: $line";
  my $text = '';
  while (length $text < $size) { read(STDIN, $text, $size - length $text, length $text) or die 'cut off' }
  my $message = $sa->parse($text, 1);
  my $status;
  if ($task eq 'learn') {
    learning(1);
    $status = $sa->learn($message, undef, $class eq 'spam' ? 1 : 0, 0);
    print "ok\n";
  } else {
    learning(0);
    $status = Mail::SpamAssassin::PerMsgStatus->new($sa, $message);
    my $probability = $bayes->scan($status, $message);
    print defined $probability ? sprintf("%.17g\n", $probability) : "undef\n";
  }
  $status->finish;
  $message->finish;
}
learning(0);
