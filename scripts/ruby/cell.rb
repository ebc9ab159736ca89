# frozen_string_literal: true

# The Ruby cell: one workload under one concurrency model of Ruby, driven over docs/PROTOCOL.md, with nothing but Ruby's own library.
#
# work.rb has what is done and runners.rb how. This file hears and answers messages.

require 'json'
require_relative 'common'
require_relative 'work'
require_relative 'runners'

# One workload under one runner.
class Cell
  VERSION = 1

  def answer(line)
    asked = parse(line)
    case asked['do']
    when 'hello' then hello
    when 'start' then start(asked)
    when 'run' then sample
    else raise Failure.new('crash', "the driver sent what is not of the protocol: #{asked['do'].inspect}")
    end
  end

  def close
    @runner&.close
  end

  private

  def parse(line)
    asked = JSON.parse(line)
    asked.is_a?(Hash) ? asked : raise(JSON::ParserError, 'an object is expected')
  rescue JSON::ParserError => e
    raise Failure.new('crash', "the driver sent what is no message: #{e.message[0, 100]}")
  end

  def hello
    runners = RUNNERS.map do |name, kind|
      { name: name, model: kind::MODEL, parallelism: kind::PARALLELISM, about: kind::ABOUT, processes: kind::PROCESSES,
        gil: RUBY_ENGINE == 'ruby', workloads: Work::NAMES - (kind::SHARES ? [] : ['convoy']) }
    end
    { say: 'hello', protocol: VERSION, language: 'Ruby', version: RUBY_DESCRIPTION[0, 100], runners: runners }
  end

  def start(asked)
    raise Failure.new('unavailable', "this cell speaks protocol #{VERSION}, not #{asked['protocol']}") if asked['protocol'] != VERSION
    raise Failure.new('unavailable', "Ruby's cells record no profiles") if asked['profile_log']

    option = (asked['options'] || {}).keys.first
    raise Failure.new('unavailable', "there is no option `#{option}` in Ruby's cells") if option

    kind = RUNNERS[asked['runner']] || raise(Failure.new('unavailable', "there is no runner `#{asked['runner']}` in Ruby's cells"))
    work = Work.new(asked)
    check_fit(kind, work, asked['workers'])
    begin_ns = now
    @runner = kind.new(asked, work)
    @work = work
    { say: 'ready', start_ns: now - begin_ns, version: RUBY_DESCRIPTION[0, 100] }
  end

  def check_fit(kind, work, workers)
    at_once = { 'one' => 1, 'workers' => workers, 'per-task' => work.tasks }.fetch(kind::PARALLELISM)
    return unless work.together && (at_once < work.tasks || !kind::SHARES)

    raise Failure.new('unavailable', "its #{work.tasks} tasks never give way and must be in progress all at once, in one memory")
  end

  def sample
    raise Failure.new('crash', '`run` came before a `start` that went well') unless @runner

    @work.begin
    begin_ns = now
    results, workers, timings = @runner.run
    wall = now - begin_ns
    timings = timings.empty? ? {} : { @work.timed => some(timings) }
    { say: 'sample', tasks: results.size, checksum: checksum(results), workers_seen: workers, wall_ns: wall,
      timings: timings, source: { wall: 'ruby-clock-monotonic' } }
  end
end

# What anything else prints goes to standard error.
answers = $stdout.dup
$stdout.reopen($stderr)
answers.sync = true
cell = Cell.new
while (line = $stdin.gets)
  said = begin
    cell.answer(line)
  rescue StandardError, NoMemoryError => e
    failure = Failure.of(e)
    { say: 'error', kind: failure.kind, message: failure.message }
  end
  answers.write("#{JSON.generate(said)}\n")
end
cell.close
# Without waiting for threads that a failed run left behind.
exit!(0)
