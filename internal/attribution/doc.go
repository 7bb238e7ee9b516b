// Package attribution tells who owned the ends of a flow at its time.
//
// An [Index] is made of an inventory and does not change. A [Resolver] answers
// for one worker and remembers what it found: most tuples of a log are of
// addresses that the ones before had.
package attribution
