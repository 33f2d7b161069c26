/* What both models share: counters, slots with their locks, and death.
 *
 * A byte stands for a u64 counter and 8 for its step of 512, so there are slots 1 to 3. The
 * formulas are those of runtime/seqlock.h.
 */
#define STEP 8
#define IS_ODD(counter) ((counter) & 1)
#define OWNER(counter) (((counter) >> 1) & 3)
#define ENTER(counter, k) ((((counter) | (STEP - 1)) + 1) | ((k) << 1) | 1)
#define LEAVE(counter) (((counter) | (STEP - 1)) + 1)

#define SLOTS 2   /* slots 1 and 2; slot 0 is nobody's */
#define PEOPLE 3  /* processes 1 to 3 that write, and may die */

#ifndef DEATHS
#define DEATHS 2
#endif

/* The kernel's lock on a slot: who holds it, 0: nobody. It vanishes with its holder. */
byte lock[SLOTS + 1];

bool live[PEOPLE + 1];
byte deaths;

/* What an assertion is called in Spin's report: these are never true. */
hidden byte torn, stale, backwards, lost, unfilled;
hidden byte stays_odd, waits_for_itself, two_holders, held_by_the_dead;

/* A process runs as { its steps } unless { !live[me] }: kill() may come between any two of them,
 * and the process takes no further step. The kernel's part is done at once. */
inline kill(who)
{
    live[who] = false;
    deaths++;
    if
    :: lock[1] == who -> lock[1] = 0
    :: else
    fi;
    if
    :: lock[2] == who -> lock[2] = 0
    :: else
    fi
}

/* Ends when every other process has ended. */
inline kill_some()
{
    do
    :: atomic { deaths < DEATHS && live[1] -> kill(1) }
    :: atomic { deaths < DEATHS && live[2] -> kill(2) }
    :: atomic { deaths < DEATHS && live[3] -> kill(3) }
    :: _nr_pr == 1 -> break
    od
}

/* Waits for a slot that nobody holds. */
inline take_slot(me, k)
{
    if
    :: atomic { lock[1] == 0 -> lock[1] = me; k = 1 }
    :: atomic { lock[2] == 0 -> lock[2] = me; k = 2 }
    fi
}
