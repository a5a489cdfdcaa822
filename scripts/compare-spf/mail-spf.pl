#!/usr/bin/perl
# Reads cases as JSON lines (cases.mjs), and writes what Mail::SPF says of each: its usual result, the result without a limit
# of void lookups, and the texts with both.
use strict;
use warnings;
use JSON::PP;
use Mail::SPF;
use Net::DNS;

# In place of Net::DNS::Resolver: answers from the zone of the case at hand.
package ZoneResolver;
sub new { return bless { error => '' }, shift }
sub errorstring { return $_[0]->{error} }

sub send {
    my ($self, $name, $type) = @_;
    $self->{error} = '';
    my $packet = Net::DNS::Packet->new();
    $packet->header->qr(1);
    my $owner = lc $name;
    $owner =~ s/\.$//;
    for (0 .. 10) {
        my $failure = $self->{case}{failures}{"$owner $type"} || '';
        if ($failure eq 'timeout') {
            $self->{error} = 'query timed out';
            return undef;
        }
        if ($failure) {
            $packet->header->rcode(uc $failure);
            return $packet;
        }
        my $found = $self->{case}{zone}{$owner};
        if (!$found && $type eq 'A' && main::hashes($owner)) { $found = { A => ['127.0.0.2'] } }
        if (!$found) {
            $packet->header->rcode('NXDOMAIN');
            return $packet;
        }
        $packet->push(answer => map { main::record($owner, $type, $_) } @{ $found->{$type} || [] });
        my $alias = $found->{CNAME} or return $packet;
        $packet->push(answer => Net::DNS::RR->new(name => $owner, type => 'CNAME', cname => $alias));
        $owner = $alias;
    }
    $packet->header->rcode('SERVFAIL');
    return $packet;
}

package main;

# Names below hash.example exist when this says so, so that a name expanded in another way has another answer.
sub hashes {
    my ($name) = @_;
    return 0 if $name !~ /\.hash\.example$/;
    my ($sum, $i) = (0, 0);
    $sum += ord($_) * ($i++ % 7 + 1) for split //, $name;
    return $sum % 3 == 0;
}

sub record {
    my ($owner, $type, $data) = @_;
    my %fields =
        $type eq 'TXT'
        ? (txtdata => [map { quoted($_) } @$data])
        : $type eq 'MX'  ? (preference => $data->[0], exchange => $data->[1])
        : $type eq 'PTR' ? (ptrdname => $data)
        :                  (address => $data);
    return Net::DNS::RR->new(name => $owner, type => $type, ttl => 60, %fields);
}

# As Net::DNS reads it from a zone file.
sub quoted {
    my ($text) = @_;
    $text =~ s/([\\"]|[^ -~])/sprintf '\\%03d', ord $1/ge;
    return $text;
}

my $resolver = ZoneResolver->new;
my %options = (dns_resolver => $resolver, hostname => 'receiver.example', default_authority_explanation => '');
my $usual = Mail::SPF::Server->new(%options);
my $patient = Mail::SPF::Server->new(%options, max_void_dns_lookups => undef);

sub check {
    my ($server, $case) = @_;
    my $is_null = $case->{sender} eq '';
    my $result = eval {
        $server->process(
            Mail::SPF::Request->new(
                scope         => $is_null ? 'helo' : 'mfrom',
                versions      => [1],
                identity      => $is_null ? $case->{helo} : $case->{sender},
                ip_address    => $case->{ip},
                helo_identity => $case->{helo},
            ));
    };
    return ('exception', "$@") if !$result;
    my $text = eval { $result->code eq 'fail' ? $result->authority_explanation : $result->text };
    return ($result->code, defined $text ? "$text" : '');
}

my $json = JSON::PP->new->canonical->ascii;
$| = 1;
while (my $line = <STDIN>) {
    my $case = $json->decode($line);
    $resolver->{case} = $case;
    my ($result, $text) = check($usual, $case);
    my ($relaxed, $relaxed_text) = check($patient, $case);
    print $json->encode({ result => $result, text => "$text / $relaxed_text", withoutVoidLimit => $relaxed }), "\n";
}
