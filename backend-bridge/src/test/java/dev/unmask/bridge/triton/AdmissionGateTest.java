package dev.unmask.bridge.triton;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdmissionGateTest {
  private final AdmissionGate gate = new AdmissionGate(2);

  private static boolean never() {
    return false;
  }

  @Test
  void enter_placesLeft_asksNobody() {
    boolean first =
        gate.enter(
            () -> {
              throw new AssertionError("asked");
            });
    assertTrue(first);
    assertTrue(gate.enter(AdmissionGateTest::never));
  }

  @Test
  void enter_full_waitsUntilOneLeaves() throws Exception {
    gate.enter(AdmissionGateTest::never);
    gate.enter(AdmissionGateTest::never);
    CountDownLatch waits = new CountDownLatch(1);
    AtomicBoolean in = new AtomicBoolean();
    Thread third =
        new Thread(
            () ->
                in.set(
                    gate.enter(
                        () -> {
                          waits.countDown();
                          return false;
                        })));
    third.start();
    assertTrue(waits.await(30, TimeUnit.SECONDS));
    assertFalse(in.get());
    gate.leave();
    third.join();
    assertTrue(in.get());
  }

  @Test
  void enter_givenUpWhileFull_takesNoPlace() {
    gate.enter(AdmissionGateTest::never);
    gate.enter(AdmissionGateTest::never);
    AtomicInteger asked = new AtomicInteger();
    assertFalse(gate.enter(() -> asked.incrementAndGet() == 3));
    assertEquals(3, asked.get());
    gate.leave();
    assertTrue(gate.enter(AdmissionGateTest::never));
    assertFalse(gate.enter(() -> true));
  }

  @Test
  void enter_interruptedWhileFull_goesOnWaitingAndStaysInterrupted() throws Exception {
    gate.enter(AdmissionGateTest::never);
    gate.enter(AdmissionGateTest::never);
    AtomicBoolean interrupted = new AtomicBoolean();
    CountDownLatch waits = new CountDownLatch(1);
    Thread third =
        new Thread(
            () -> {
              gate.enter(
                  () -> {
                    waits.countDown();
                    return false;
                  });
              interrupted.set(Thread.currentThread().isInterrupted());
            });
    third.start();
    assertTrue(waits.await(30, TimeUnit.SECONDS));
    third.interrupt();
    gate.leave();
    third.join();
    assertTrue(interrupted.get());
  }
}
