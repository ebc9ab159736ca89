# frozen_string_literal: true

require 'socket'

# What is done: the workloads of docs/PROTOCOL.md. Nothing here refers to what a ractor could not see.
class Work
  NAMES = %w[primes counting switch empty sleep block echo convoy request].map(&:freeze).freeze
  KNOWN_13 = [
    1_116_281, 1_297_337, 104_395_303, 472_882_027, 533_000_389, 817_504_243, 982_451_653, 112_272_535_095_293,
    112_582_705_942_171, 112_272_535_095_293, 115_280_095_190_773, 115_797_848_077_099, 1_099_726_899_285_419
  ].freeze
  ALPHABET = 'abcdefghijklmnopqrstuvwxyz'
  FACTOR = 6_364_136_223_846_793_005
  TERM = 1_442_695_040_888_963_407
  MASK = (1 << 64) - 1
  # Pieces in a millisecond where nobody has measured it.
  GUESS = 200

  # `together`: whether all tasks must be in progress at once. `timed`: the name of its latencies.
  attr_reader :tasks, :together, :timed

  def initialize(asked)
    @params = asked['params'] || {}
    @name = asked['workload']
    raise Failure.new('unavailable', "there is no workload `#{@name}` in Ruby's cells") unless NAMES.include?(@name)

    @server = asked['server']
    prepare
    @tasks ||= number('tasks')
  end

  # Before each run.
  def begin
    @started = 0
    @done = false
  end

  # Carries out a task: its result. Latencies are added to `timings`.
  def task(index, timings)
    case @name
    when 'primes' then primes(index)
    when 'counting' then count_down
    when 'switch' then give_way
    when 'empty' then index
    when 'sleep', 'block' then wait(index)
    when 'echo' then talk(index, timings)
    when 'convoy' then convoy(index, timings)
    when 'request' then request(index, timings)
    end
  rescue StandardError => e
    raise Failure.of(e, "task #{index}: ")
  end

  private

  def number(name)
    value = @params[name]
    return value if value.is_a?(Integer) && value >= 0

    raise Failure.new('unavailable', "the parameter `#{name}` is no whole number: #{value.inspect}")
  end

  def prepare
    case @name
    when 'primes'
      @params['preset'] ? @tasks = 5 * KNOWN_13.size : (@first, @length = number('start'), number('length'))
    when 'counting' then @from = number('from')
    when 'switch' then @yields = number('yields')
    when 'sleep', 'block' then @seconds = number('wait_us') / 1e6
    when 'echo', 'convoy' then prepare_talk
    when 'request' then prepare_request
    end
  end

  def prepare_talk
    raise Failure.new('unavailable', "`#{@name}` needs a server, and none is named") unless @server

    @host, @port = @server.split(':')
    @round_trips = number('round_trips')
    @bytes = number('bytes')
    @timed = 'round_trip_ns'
    @tasks = @name == 'echo' ? number('connections') : 1 + number('beside')
    @together = @name == 'convoy' && @tasks > 1
  end

  def prepare_request
    @tasks = number('requests')
    steps = number('steps')
    pieces = number('cpu_us') * (@params['pieces_per_ms'] ? number('pieces_per_ms') : GUESS) / 1000
    wait_us = number('wait_us')
    part = ->(whole, turn) { whole * (turn + 1) / steps - whole * turn / steps }
    # Of each turn, the pieces and the wait in seconds.
    @turns = (0...steps).map { |turn| [[1, part.call(pieces, turn)].max, part.call(wait_us, turn) / 1e6] }
    @timed = 'task_ns'
  end

  def prime?(number)
    return number == 2 if number < 3 || number.even?

    divisor = 3
    while divisor * divisor <= number
      return false if (number % divisor).zero?

      divisor += 2
    end
    true
  end

  def primes(index)
    return prime?(KNOWN_13[index % KNOWN_13.size]) ? 1 : 0 if @params['preset']

    count = 0
    number = @first + index * @length / @tasks
    last = @first + (index + 1) * @length / @tasks
    while number < last
      count += 1 if prime?(number)
      number += 1
    end
    count
  end

  def count_down
    number = @from
    steps = 0
    while number.positive?
      number -= 1
      steps += 1
    end
    steps
  end

  def give_way
    yielded = 0
    while yielded < @yields
      Thread.pass
      yielded += 1
    end
    yielded
  end

  def wait(index)
    sleep(@seconds)
    index
  end

  def talk(index, timings)
    socket = TCPSocket.new(@host, @port.to_i)
    socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
    (0...@round_trips).sum do |turn|
      request = "#{(0...@bytes - 1).map { |place| ALPHABET[(index + turn + place) % 26] }.join}\n"
      sent = now
      socket.write(request)
      reply = socket.read(@bytes)
      timings << now - sent
      raise "wrong reply to request #{turn}: #{reply.inspect[0, 60]}" if reply != request.upcase

      reply.sum(32)
    end
  ensure
    socket&.close
  end

  def convoy(index, timings)
    return compute_beside(index) if index.positive?

    begin
      sleep(0.0002) while @started < @tasks - 1
      talk(0, timings)
    ensure
      @done = true
    end
  end

  # Computes until task 0 is done.
  def compute_beside(index)
    @started += 1
    until @done
      raise '1000003 is prime' unless prime?(1_000_003)
    end
    index
  end

  def piece(index)
    a = 4 * index
    b = a + 1
    c = a + 2
    d = a + 3
    8.times do
      a = a * FACTOR + TERM & MASK
      b = b * FACTOR + TERM & MASK
      c = c * FACTOR + TERM & MASK
      d = d * FACTOR + TERM & MASK
    end
    a + b + c + d & MASK
  end

  def request(index, timings)
    begin_ns = now
    result = 0
    @turns.each do |pieces, seconds|
      result = piece(index)
      (pieces - 1).times { raise 'a piece of computing gave another result' if piece(index) != result }
      sleep(seconds) if seconds.positive?
    end
    timings << now - begin_ns
    result
  end
end
