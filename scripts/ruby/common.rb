# frozen_string_literal: true

# Failures, the clock, the checksum.

# What becomes an `error` message.
class Failure < StandardError
  attr_reader :kind

  LIMITS = [Errno::EMFILE, Errno::ENFILE, Errno::EAGAIN, Errno::ENOMEM, ThreadError].freeze

  def initialize(kind, message)
    super(message)
    @kind = kind
  end

  def self.of(error, place = '')
    # What a ractor says is about what happened in it.
    error = error.cause if defined?(Ractor::RemoteError) && error.is_a?(Ractor::RemoteError) && error.cause
    return new(error.kind, place + error.message) if error.is_a?(Failure)

    kind = LIMITS.any? { |limit| error.is_a?(limit) } ? 'limit' : 'crash'
    new(kind, "#{place}#{error.class}: #{error.message}")
  end
end

def now
  Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
end

def checksum(results)
  sum = 0
  results.each_with_index { |result, index| sum += (result + 0x9E3779B97F4A7C15) * (2 * index + 1) }
  sum & 0xFFFFFFFFFFFFFFFF
end

# Latencies are told one by one. Of too many for a message every n-th is.
def some(timings)
  step = timings.size / 50_000 + 1
  step == 1 ? timings : timings.each_slice(step).map(&:first)
end
