package dev.unmask.scheduler;

import java.util.function.Consumer;

/**
 * Which tasks run and which wait: moves them between the queue and the slots as {@link KvMemory}
 * allows. The rules are stated in {@link BlockScheduler}. Single-owner.
 */
final class Residency {
  private final KvMemory memory;
  private final DecoderFactory decoders;
  private final Consumer<Task> complete;
  private final WaitingQueue waiting;
  private final RunningTasks running;
  private long preemptions;
  private int newcomers;

  /**
   * Nothing waits, nothing runs.
   *
   * @param running filled and emptied here alone
   * @param complete told of a task that needs no pass; removes it
   */
  Residency(
      KvMemory memory,
      DecoderFactory decoders,
      RunningTasks running,
      int maxOvertaken,
      Consumer<Task> complete) {
    this.running = running;
    this.memory = memory;
    this.decoders = decoders;
    this.complete = complete;
    waiting = new WaitingQueue(maxOvertaken);
  }

  int waitingCount() {
    return waiting.size();
  }

  /** Of those that wait, how many were never admitted; the others were preempted. */
  int newcomers() {
    return newcomers;
  }

  long preemptions() {
    return preemptions;
  }

  /** Lets a new task wait. */
  void add(Task task) {
    waiting.add(task);
    newcomers++;
  }

  private void leaveNewcomers(Task task) {
    if (task.newcomer) {
      task.newcomer = false;
      newcomers--;
    }
  }

  /** Takes a task out, with its memory where it runs. */
  void remove(Task task) {
    if (task.sequence.state() == SequenceState.WAITING) {
      waiting.remove(task);
      leaveNewcomers(task);
    } else {
      running.remove(task);
      memory.offer(task);
      memory.release(task);
    }
  }

  /** Makes room for the next row of every running task, and admits others if that was easy. */
  void allot() {
    if (growRunning()) {
      admitWaiting();
    }
  }

  /** Whether every running task got its memory without a preemption. */
  private boolean growRunning() {
    for (int i = 0; i < running.size(); i++) {
      memory.grow(running.get(i));
    }
    long before = preemptions;
    while (memory.pool().overBudget()) {
      if (!memory.reuse().evict()) {
        Task victim = running.victim();
        preempt(victim);
        waiting.overtake(victim);
      }
    }
    return preemptions == before;
  }

  private void preempt(Task task) {
    running.remove(task);
    memory.release(task);
    task.decoder.cacheLost();
    task.sequence.preempted();
    waiting.add(task);
    preemptions++;
  }

  /** Sends every running task back to wait, because the engine's memory is lost. */
  void preemptAll() {
    while (!running.isEmpty()) {
      preempt(running.get(0));
    }
  }

  private void admitWaiting() {
    while (memory.freeSlots() > 0 && !waiting.isEmpty()) {
      Task task = waiting.first();
      if (task.decoder == null) {
        task.decoder = decoders.create(task.sequence);
        if (!task.decoder.advance()) {
          complete.accept(task);
          continue;
        }
      }
      if (!memory.admit(task, running.isEmpty())) {
        return;
      }
      waiting.admitFirst();
      leaveNewcomers(task);
      task.sequence.transition(SequenceState.RUNNING, null, null);
      running.add(task);
    }
  }
}
