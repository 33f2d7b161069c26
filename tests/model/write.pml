/* Writing records, dying in the middle of it, recovering, and reading meanwhile. README.md says
 * what stands for what. Each access to shared memory is a step of its own; what only the holder of
 * a lock or of an odd counter can change is read together with the step that uses it.
 *
 * Switches: ONE_WRITER (that form of a write, one process at a time), RECORDS, WRITES_1, WRITES_2,
 * WRITES_3 (writes of each process), READS, DEATHS. All other #ifdef are mutants; `run` has the
 * list.
 */
#include "protocol.pml"

#ifndef RECORDS
#define RECORDS 1
#endif
#ifndef WRITES_1
#define WRITES_1 1
#endif
#ifndef WRITES_2
#define WRITES_2 1
#endif
#ifndef WRITES_3
#define WRITES_3 1
#endif
#ifndef READS
#define READS 1
#endif

typedef record_of_two_words {
    byte counter;
    byte word[2];
    byte seen  /* ghost: the newest word 0 that was committed, or read by anybody */
};

typedef slot_of_lock_file {
    byte index;
    byte odd;   /* 0: empty */
    bool range; /* the image is valid */
    byte image[2]
};

record_of_two_words record[RECORDS];
slot_of_lock_file slot[SLOTS + 1];

#ifdef ONE_WRITER
byte flock; /* exclusive: who holds it; goes with its holder too */
#endif

/* A write of both words stores the step number of its odd counter in both, so values grow; a write
 * of one word adds 1 to word 0. So a record is whole while the words agree above the low bits. */
#define IS_WHOLE(word_0, word_1) (((word_0) & ~(STEP - 1)) == (word_1))
#define VALUE(odd) ((odd) & ~(STEP - 1))

inline set_counter(r, value)
{
#ifndef OLD_NUMBER
    assert(value > record[r].counter || backwards);
#endif
    record[r].counter = value
}

/* --- Recovery -------------------------------------------------------------------------------- */

/* The caller holds the lock of slot k and came for record r. Ends with the slot as it was, unless
 * it named that record and that record's counter. Every step may be the last: the next one who
 * takes the lock does the same again. */
inline recover(k, r)
{
    if
#ifdef EMPTY_ALWAYS
    :: !(slot[k].odd != 0 && slot[k].index == r && record[r].counter == slot[k].odd) ->
       slot[k].odd = 0
#else
    :: !(slot[k].odd != 0 && slot[k].index == r && record[r].counter == slot[k].odd)
#endif
    :: atomic {
           slot[k].odd != 0 && slot[k].index == r && record[r].counter == slot[k].odd ->
           found = slot[k].odd
       };
       if
       :: slot[k].range ->
#ifndef COUNTER_BEFORE_IMAGE
          record[r].word[0] = slot[k].image[0];
          record[r].word[1] = slot[k].image[1]
#endif
       :: else
       fi;
#ifdef EMPTY_FIRST
       slot[k].odd = 0;
#endif
       atomic {
#ifndef COUNTER_BEFORE_IMAGE
           /* old or new wholly; a reader may have been shown the new already */
           assert(IS_WHOLE(record[r].word[0], record[r].word[1]) || torn);
           assert(record[r].word[0] == record[r].seen ||
                  record[r].word[0] == record[r].seen + 1 ||
                  record[r].word[0] == VALUE(found) || stale);
           record[r].seen = record[r].word[0];
#else
           if
           :: slot[k].range
           :: else -> record[r].seen = record[r].word[0]
           fi;
#endif
#ifdef OLD_NUMBER
           set_counter(r, VALUE(found) - STEP);
#else
           set_counter(r, LEAVE(found));
#endif
           found = 0
       };
#ifdef COUNTER_BEFORE_IMAGE
       if
       :: slot[k].range ->
          record[r].word[0] = slot[k].image[0];
          record[r].word[1] = slot[k].image[1]
       :: else
       fi;
#endif
#ifndef NEVER_EMPTY
       slot[k].odd = 0
#endif
    fi
}

/* Record r is odd by `seen`. A living owner is waited for. */
inline wait_or_recover(me, r, seen)
{
#ifdef NO_LOCK
    if
    :: lock[OWNER(seen)] == 0 -> recover(OWNER(seen), r)
    :: record[r].counter != seen
    fi
#else
    if
    :: atomic { lock[OWNER(seen)] == 0 -> lock[OWNER(seen)] = me };
       recover(OWNER(seen), r);
       lock[OWNER(seen)] = 0
    :: record[r].counter != seen
    fi
#endif
}

/* --- Writing --------------------------------------------------------------------------------- */

inline save_image(k, r)
{
    slot[k].image[0] = record[r].word[0];
    slot[k].image[1] = record[r].word[1]
}

inline store_payload(r, odd, is_whole)
{
    if
    :: is_whole -> record[r].word[0] = VALUE(odd); record[r].word[1] = VALUE(odd)
    :: else -> record[r].word[0] = record[r].word[0] + 1
    fi
}

inline leave(r, odd)
{
    atomic {
        assert(IS_WHOLE(record[r].word[0], record[r].word[1]) || torn);
        assert(record[r].word[0] >= record[r].seen || stale);
        record[r].seen = record[r].word[0];
        set_counter(r, LEAVE(odd));
        odd = 0
    }
}

/* Waits until record r is even; then `seen` is that, and `odd` what to make of it. */
inline begin(me, k, r, seen, odd)
{
    do
    :: atomic {
           seen = record[r].counter;
           if
           :: !IS_ODD(seen) -> odd = ENTER(seen, k); break
           :: else -> assert(OWNER(seen) != k || waits_for_itself)
           fi
       };
       wait_or_recover(me, r, seen)
    od
}

#ifndef ONE_WRITER

inline write(me, k, r, is_whole)
{
#ifndef KEEP_RANGE
    slot[k].range = 0;
#endif
    slot[k].index = r;
    do
    :: begin(me, k, r, seen, odd);
#ifndef LATE_ODD
       slot[k].odd = odd;
#endif
       if
       :: atomic { record[r].counter == seen -> set_counter(r, odd); seen = 0; break }
       :: record[r].counter != seen
       fi
    od;
#ifdef LATE_ODD
    slot[k].odd = odd;
#endif
    if
    :: is_whole ->
#if defined(NO_IMAGE)
       skip
#elif defined(LATE_IMAGE)
       record[r].word[0] = VALUE(odd);
       save_image(k, r);
       slot[k].range = 1
#elif defined(EARLY_RANGE)
       slot[k].range = 1;
       save_image(k, r)
#else
       save_image(k, r);
       slot[k].range = 1
#endif
    :: else
    fi;
    store_payload(r, odd, is_whole);
    leave(r, odd)
}

#else

inline write(me, k, r, is_whole)
{
    begin(me, k, r, seen, odd);
    if
    :: is_whole ->
#if !defined(NO_IMAGE) && !defined(LATE_IMAGE)
       save_image(k, r);
       slot[k].range = 1
#else
       slot[k].range = 0
#endif
    :: else ->
#ifdef KEEP_RANGE
       skip
#else
       slot[k].range = 0
#endif
    fi;
    slot[k].index = r;
#ifndef LATE_ODD
    slot[k].odd = odd;
#endif
    atomic { set_counter(r, odd); seen = 0 };
#ifdef LATE_ODD
    slot[k].odd = odd;
#endif
#ifdef LATE_IMAGE
    if
    :: is_whole ->
       record[r].word[0] = VALUE(odd);
       save_image(k, r);
       slot[k].range = 1
    :: else
    fi;
#endif
    store_payload(r, odd, is_whole);
    leave(r, odd)
}

#endif

/* Comes with slot k, or with none (0) and claims one. */
proctype writer(byte me; byte k; byte writes)
{
    byte r;
    bool is_whole;
    byte seen;
    byte odd;
    byte found;

    {
#ifdef ONE_WRITER
        /* in the order of their numbers, which makes no difference but in the number of states */
        atomic { flock == 0 && (me < 3 || !live[2]) || flock == me -> flock = me };
#endif
        if
        :: k == 0 ->
           take_slot(me, k);
#ifndef NO_CLAIM_RECOVERY
           r = slot[k].index;
           recover(k, r);
#endif
        :: else
        fi;
        do
        :: writes > 0 ->
           atomic {
               writes--;
               if
               :: r = 0
#if RECORDS > 1
               :: r = 1
#endif
               fi;
               if
               :: is_whole = true
               :: is_whole = false
               fi
           };
           write(me, k, r, is_whole)
        :: else -> break
        od;
        atomic {
            lock[k] = 0;
#ifdef ONE_WRITER
            flock = 0;
#endif
            r = 0; is_whole = false; k = 0;
            live[me] = false
        }
    } unless {
        atomic {
            !live[me];
#ifdef ONE_WRITER
            if
            :: flock == me -> flock = 0
            :: else
            fi;
#endif
            r = 0; is_whole = false; k = 0; seen = 0; odd = 0; found = 0; writes = 0
        }
    }
}

/* --- Reading --------------------------------------------------------------------------------- */

/* Of record 0, which it cannot change, nor any slot or lock. */
proctype reader()
{
    byte before;
    byte at_least; /* ghost: what it must not fall behind */
    byte word[2];
    byte owner;
    bool range;
    byte reads = READS;

    do
    :: reads == 0 -> break
    :: reads > 0 ->
again:
       atomic {
           before = record[0].counter;
           at_least = record[0].seen;
           word[0] = 0; word[1] = 0; owner = 0; range = 0
       };
       if
       :: !IS_ODD(before) ->
          word[0] = record[0].word[0];
          word[1] = record[0].word[1]
       :: else ->
          owner = OWNER(before);
#ifdef NO_LIFE_CHECK
          true;
#else
          if
          :: lock[owner] == 0
          :: record[0].counter != before -> goto again
          fi;
#endif
          if
          :: slot[owner].index == 0
          :: else -> goto again
          fi;
          if
          :: slot[owner].odd == before
          :: else -> goto again
          fi;
          range = slot[owner].range;
          word[0] = record[0].word[0];
          word[1] = record[0].word[1];
#ifndef NO_PATCH
          if
          :: atomic { range -> word[0] = slot[owner].image[0] };
             word[1] = slot[owner].image[1]
          :: else
          fi;
#endif
#ifndef ODD_ONCE
          if
          :: slot[owner].odd == before
          :: else -> goto again
          fi;
#endif
#ifndef RANGE_ONCE
          if
          :: slot[owner].range == range
          :: else -> goto again
          fi
#endif
       fi;
#ifndef NO_RECHECK
       if
       :: record[0].counter == before
       :: else -> goto again
       fi;
#endif
       atomic {
           assert(IS_WHOLE(word[0], word[1]) || torn);
           assert(word[0] >= at_least || stale);
           if
           :: word[0] > record[0].seen -> record[0].seen = word[0]
           :: else
           fi;
           reads--;
           before = 0; at_least = 0; word[0] = 0; word[1] = 0; owner = 0; range = 0
       }
    od
}

/* --- The world ------------------------------------------------------------------------------- */

init {
    byte found;
    byte r;
    byte k;

    atomic {
        live[1] = true;
        live[2] = true;
        live[3] = true;
#ifdef ONE_WRITER
        flock = 1;
        lock[1] = 1;
        run writer(1, 1, WRITES_1);
        run writer(2, 0, WRITES_2);
#else
        lock[1] = 1;
        lock[2] = 2;
        run writer(1, 1, WRITES_1);
        run writer(2, 2, WRITES_2);
#endif
        run writer(3, 0, WRITES_3);
        run reader()
    };
    kill_some();

    /* All have stopped: whoever comes now finds every record whole and even, after what a claimant
     * does. */
    atomic {
        k = 1;
        do
        :: k <= SLOTS ->
           assert(lock[k] == 0 || held_by_the_dead);
           r = slot[k].index;
           recover(k, r);
           k++
        :: else -> break
        od;
        r = 0;
        do
        :: r < RECORDS ->
           assert(!IS_ODD(record[r].counter) || stays_odd);
           assert(IS_WHOLE(record[r].word[0], record[r].word[1]) || torn);
           assert(record[r].word[0] == record[r].seen || stale);
           r++
        :: else -> break
        od
    }
}
