# frozen_string_literal: true

# How it is done: the concurrency models of Ruby. `run` returns the results, how many workers there were, and the latencies.

# One task after the other.
class Sequential
  MODEL = 'sequential'
  PARALLELISM = 'one'
  ABOUT = 'one task after the other in Ruby'
  PROCESSES = false
  SHARES = true

  def initialize(_asked, work)
    @work = work
  end

  def run
    timings = []
    results = (0...@work.tasks).map { |index| @work.task(index, timings) }
    [results, [1, results.size].min, timings]
  end

  def close; end
end

# A thread of its own for each task.
class Threads
  MODEL = 'thread'
  PARALLELISM = 'per-task'
  ABOUT = 'a thread of its own for each task, all at once'
  PROCESSES = false
  SHARES = true

  def initialize(_asked, work)
    @work = work
  end

  def run
    threads = (0...@work.tasks).map do |index|
      Thread.new do
        Thread.current.report_on_exception = false
        timings = []
        [@work.task(index, timings), timings]
      end
    end
    done = threads.map(&:value)
    [done.map(&:first), done.size, done.flat_map(&:last)]
  end

  def close; end
end

# Long-lived threads that take tasks from a queue.
class Pool
  MODEL = 'thread-pool'
  PARALLELISM = 'workers'
  ABOUT = 'W long-lived threads that take tasks from a queue'
  PROCESSES = false
  SHARES = true

  def initialize(asked, work)
    @work = work
    @todo = Queue.new
    @done = Queue.new
    asked['workers'].times { |worker| Thread.new { serve(worker) } }
  end

  def run
    @work.tasks.times { |index| @todo << index }
    results = Array.new(@work.tasks)
    workers = {}
    timings = []
    @work.tasks.times do
      index, result, worker, own = @done.pop
      raise result if result.is_a?(Failure)

      results[index] = result
      workers[worker] = true
      timings.concat(own)
    end
    [results, workers.size, timings]
  end

  def close; end

  private

  def serve(worker)
    while (index = @todo.pop)
      timings = []
      result = begin
        @work.task(index, timings)
      rescue StandardError => e
        Failure.of(e)
      end
      @done << [index, result, worker, timings]
    end
  end
end

# Forked processes, each with every W-th task.
class Forks
  MODEL = 'process'
  PARALLELISM = 'per-task'
  ABOUT = 'a process of its own for each task, all at once (fork)'
  PROCESSES = true
  SHARES = false

  def initialize(_asked, work)
    @work = work
    @children = []
  end

  def run
    pipes = (0...@work.tasks).map { |index| spawn_task(index) }
    done = pipes.map do |reader|
      said = reader.read
      reader.close
      said.empty? ? raise(Failure.new('crash', 'a process ended without a result')) : Marshal.load(said)
    end
    @children.each { |child| Process.wait(child) }
    @children.clear
    failed = done.find { |each| each.is_a?(Failure) }
    raise failed if failed

    [done.map(&:first), done.size, done.flat_map(&:last)]
  end

  def close
    @children.each { |child| Process.kill(:KILL, child) }
  end

  private

  def spawn_task(index)
    reader, writer = IO.pipe(binmode: true)
    @children << fork do
      reader.close
      timings = []
      said = begin
        [@work.task(index, timings), timings]
      rescue StandardError => e
        Failure.of(e)
      end
      writer.write(Marshal.dump(said))
      writer.close
      exit!(0)
    end
    writer.close
    reader
  end
end

# Ractors, each with a lock of its own, which are sent one task at a time.
class Ractors
  # They share no memory, and each has a lock of its own, as the processes of a pool.
  MODEL = 'process-pool'
  PARALLELISM = 'workers'
  ABOUT = 'W long-lived ractors, each with a lock of its own'
  PROCESSES = false
  SHARES = false

  def initialize(asked, work)
    raise Failure.new('unavailable', "Ruby #{RUBY_VERSION} has no ractors") unless defined?(Ractor)
    raise Failure.new('unavailable', "Ruby #{RUBY_VERSION} has ractors of another kind") unless Ractor.respond_to?(:yield)

    Warning[:experimental] = false
    @tasks = work.tasks
    # Whoever is free takes the next task from here.
    @todo = Ractor.new { loop { Ractor.yield(Ractor.receive) } }
    @workers = Array.new(asked['workers']) do |number|
      Ractor.new(@todo, Ractor.make_shareable(work.clone), number) do |todo, own, worker|
        loop do
          index = todo.take
          timings = []
          result = begin
            own.task(index, timings)
          rescue Failure => e
            [e.kind, e.message]
          end
          Ractor.yield([index, result, worker, timings])
        end
      end
    end
  end

  def run
    @tasks.times { |index| @todo.send(index) }
    results = Array.new(@tasks)
    workers = {}
    timings = []
    @tasks.times do
      _, (index, result, worker, own) = Ractor.select(*@workers)
      raise Failure.new(*result) if result.is_a?(Array)

      results[index] = result
      workers[worker] = true
      timings.concat(own)
    end
    [results, workers.size, timings]
  end

  def close; end
end

RUNNERS = { 'sequential' => Sequential, 'threads' => Threads, 'pool' => Pool, 'forks' => Forks, 'ractors' => Ractors }.freeze
