/* Appending among many: the right to append, taken over from the dead. README.md says what stands
 * for what. All #ifdef but DEATHS and APPENDS_1 are mutants; `run` has the list.
 */
#include "protocol.pml"

#ifndef APPENDS_1
#define APPENDS_1 1 /* of process 1; the others append once */
#endif
#define ROOM 4

typedef record_of_two_words {
    byte counter;
    byte word[2];
    byte acknowledged /* ghost: the value whose append here has returned */
};

record_of_two_words record[ROOM];
byte count;
byte right; /* free while even; odd: names its holder's slot */
byte next_value = 1;

/* Every change of the right, so that it only grows. */
inline set_right(value)
{
    assert(value > right || two_holders);
    right = value
}

/* A slot that is taken over may be that of a dead holder. From now on nobody can tell any more that
 * the holder is dead, so whoever has taken the slot gives the right back. */
inline free_right_of_predecessor(k)
{
#ifdef NO_CLAIM_RECOVERY
    skip
#else
    word = right;
    if
    :: IS_ODD(word) && OWNER(word) == k ->
#ifdef FREE_BY_STORE
       set_right(LEAVE(word))
#else
       if
       :: atomic { right == word -> set_right(LEAVE(word)) }
       :: right != word /* somebody else has taken it over */
       fi
#endif
    :: else
    fi;
    word = 0
#endif
}

inline take_right(k)
{
    do
    :: seen = right;
       if
       :: !IS_ODD(seen)
       :: else ->
          assert(OWNER(seen) != k || waits_for_itself);
#ifdef NO_LIFE_CHECK
          skip
#else
          if
          :: lock[OWNER(seen)] == 0
          :: right != seen -> goto renew
          fi
#endif
       fi;
#ifdef TAKE_BY_STORE
       atomic { word = ENTER(seen, k); right = word; break };
#endif
       if
       :: atomic { right == seen -> word = ENTER(seen, k); set_right(word); break }
       :: right != seen
       fi;
renew:
       skip
    od;
    seen = 0
}

proctype writer(byte me; byte k; byte appends)
{
    byte seen;
    byte word;
    byte at;
    byte value;

    {
        if
        :: k == 0 -> take_slot(me, k); free_right_of_predecessor(k)
        :: else
        fi;
        do
        :: appends > 0 ->
           atomic { appends--; value = next_value; next_value++ };
#ifdef EARLY_PLACE
           at = count;
#endif
           take_right(k);
#ifndef EARLY_PLACE
           at = count;
#endif
#ifdef COUNT_FIRST
           count = at + 1;
#endif
           record[at].counter = 0;
           record[at].word[0] = value;
           record[at].word[1] = value;
           record[at].counter = STEP;
#ifdef RIGHT_FIRST
           set_right(LEAVE(word));
           count = at + 1;
#else
#ifndef COUNT_FIRST
           atomic { assert(count == at || two_holders); count = at + 1 };
#endif
           set_right(LEAVE(word));
#endif
           atomic { record[at].acknowledged = value; word = 0; at = 0; value = 0 }
        :: else -> break
        od;
        atomic { lock[k] = 0; k = 0; live[me] = false }
    } unless {
        atomic { !live[me]; k = 0; seen = 0; word = 0; at = 0; value = 0; appends = 0 }
    }
}

/* What is below the count is whole, and never less than it was. */
proctype reader()
{
    byte visible;
    byte word;

    visible = count;
    if
    :: visible > 0 ->
       assert(record[visible - 1].counter == STEP || unfilled);
       word = record[visible - 1].word[0];
       assert(word != 0 || unfilled);
       atomic { assert(record[visible - 1].word[1] == word || torn); word = 0 };
       assert(count >= visible || backwards)
    :: else
    fi
}

init {
    byte i;

    atomic {
        live[1] = true;
        live[2] = true;
        live[3] = true;
        lock[1] = 1;
        lock[2] = 2;
        run writer(1, 1, APPENDS_1);
        run writer(2, 2, 1);
        run writer(3, 0, 1);
        run reader()
    };
    kill_some();
    atomic {
        do
        :: i < ROOM ->
           if
           :: record[i].acknowledged != 0 ->
              assert(i < count || lost);
              assert(record[i].word[0] == record[i].acknowledged || lost)
           :: else
           fi;
           if
           :: i < count ->
              assert(record[i].counter == STEP || unfilled);
              assert(record[i].word[0] == record[i].word[1] || torn);
              assert(record[i].word[0] != 0 || unfilled)
           :: else
           fi;
           i++
        :: else -> break
        od
    }
}
