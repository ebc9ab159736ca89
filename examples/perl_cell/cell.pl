#!/usr/bin/perl
# A cell in Perl, written from docs/PROTOCOL.md alone, with nothing but Perl's own modules:
#
#     regatta verify --cell perl="perl examples/perl_cell/cell.pl"
#     regatta run --plan quick --cell perl="perl examples/perl_cell/cell.pl"
use strict;
use warnings;
no warnings 'portable';
use integer;    # 64 bits that wrap around, as the checksum needs them
use JSON::PP;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC usleep);

my %workload = (
    empty => { needs => ['tasks'], task => sub { $_[1] } },
    sleep => { needs => [ 'tasks', 'wait_us' ], task => sub { usleep( $_[0]{wait_us} ); $_[1] } },
    counting => {
        needs => [ 'tasks', 'from' ],
        task  => sub {
            my ( $number, $steps ) = ( $_[0]{from}, 0 );
            while ( $number > 0 ) { $number--; $steps++ }
            return $steps;
        },
    },
    primes => {
        needs => [ 'tasks', 'start', 'length' ],
        task  => sub {
            my ( $params, $index ) = @_;
            my ( $start, $length, $tasks ) = @{$params}{qw(start length tasks)};
            my $count = 0;
            for my $number ( $start + $index * $length / $tasks .. $start + ( $index + 1 ) * $length / $tasks - 1 ) {
                $count++ if is_prime($number);
            }
            return $count;
        },
    },
);
my %runner = (
    sequential => { model => 'sequential', parallelism => 'one', run => \&run_here, about => 'one task after the other' },
    process => {
        model       => 'process',
        parallelism => 'per-task',
        processes   => JSON::PP::true,
        run         => \&run_in_processes,
        about       => 'a process of its own for each task, all at once (fork)',
    },
);

sub is_prime {
    my ($number) = @_;
    return $number == 2 if $number < 3 || $number % 2 == 0;
    for ( my $divisor = 3; $divisor * $divisor <= $number; $divisor += 2 ) {
        return 0 if $number % $divisor == 0;
    }
    return 1;
}

# Returns the results in the order of the tasks, and how many workers there were.
sub run_here {
    my ( $task, $params ) = @_;
    my @results = map { $task->( $params, $_ ) } 0 .. $params->{tasks} - 1;
    return ( \@results, @results ? 1 : 0 );
}

sub run_in_processes {
    my ( $task, $params ) = @_;
    my ( @children, @results );
    for my $index ( 0 .. $params->{tasks} - 1 ) {
        pipe my $reader, my $writer or die [ 'limit', "no pipe for task $index: $!; raise ulimit -n\n" ];
        my $child = fork // die [ 'limit', "no process for task $index: $!; raise ulimit -u\n" ];
        if ( $child == 0 ) {
            syswrite $writer, $task->( $params, $index );
            require POSIX;
            POSIX::_exit(0);
        }
        close $writer;
        push @children, [ $child, $reader ];
    }
    for my $index ( 0 .. $#children ) {
        my ( $child, $reader ) = @{ $children[$index] };
        my $result = readline $reader;
        waitpid $child, 0;
        die [ 'crash', "task $index: its process ended without a result\n" ] unless defined $result;
        push @results, $result;
    }
    return ( \@results, scalar @results );
}

sub say_line { print encode_json( $_[0] ) . "\n" }

sub hello {
    my @runners;
    for my $name ( 'sequential', 'process' ) {
        my %about = %{ $runner{$name} };
        delete $about{run};
        push @runners, { name => $name, workloads => [ sort keys %workload ], %about };
    }
    say_line( { say => 'hello', protocol => 1, language => 'Perl', version => "Perl $^V", runners => \@runners } );
}

# Returns what carries out every task once, or dies with the kind and message of an error.
sub start {
    my ($message) = @_;
    my ( $workload, $runner ) = ( $workload{ $message->{workload} }, $runner{ $message->{runner} } );
    my $params = $message->{params};
    die [ 'unavailable', "this cell speaks protocol 1\n" ] if $message->{protocol} != 1;
    die [ 'unavailable', "no workload `$message->{workload}` in Perl\n" ] unless $workload;
    die [ 'unavailable', "no runner `$message->{runner}` in Perl\n" ]     unless $runner;
    die [ 'unavailable', "no options in Perl\n" ] if %{ $message->{options} // {} };
    die [ 'unavailable', "it records no profiles\n" ] if $message->{profile_log};
    die [ 'unavailable', "no presets in Perl\n" ]     if $params->{preset};
    for my $name ( @{ $workload->{needs} } ) {
        my $value = $params->{$name} // 'nothing';
        die [ 'unavailable', "`$name` is a whole number, not $value\n" ] unless $value =~ /^\d+$/;
    }
    return sub { $runner->{run}->( $workload->{task}, $params ) };
}

sub sample {
    my ($run) = @_;
    my $begin = now();
    my ( $results, $workers ) = $run->();
    my $wall = now() - $begin;
    my ( $checksum, $index ) = ( 0, 0 );
    $checksum += ( $_ + 0x9E3779B97F4A7C15 ) * ( 2 * $index++ + 1 ) for @$results;
    printf qq({"say":"sample","tasks":%d,"checksum":%u,"workers_seen":%d,"wall_ns":%d}\n),
        scalar @$results, $checksum, $workers, $wall || 1;
}

sub now { no integer; return int( clock_gettime(CLOCK_MONOTONIC) * 1e9 ) }

$| = 1;
my $run;
while ( defined( my $line = readline STDIN ) ) {
    eval {
        my $message = decode_json($line);
        my $do = $message->{do} // '';
        if    ( $do eq 'hello' ) { hello() }
        elsif ( $do eq 'start' ) { $run = start($message); say_line( { say => 'ready', start_ns => 1 } ) }
        elsif ( $do eq 'run' && $run ) { sample($run) }
        else                           { die [ 'crash', "`$do` is not what comes now\n" ] }
        1;
    } or do {
        my ( $kind, $text ) = ref $@ eq 'ARRAY' ? @{$@} : ( 'crash', "$@" );
        chomp $text;
        say_line( { say => 'error', kind => $kind, message => $text } );
    };
}
