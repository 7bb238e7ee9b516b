// Package h3 tells where the cells of Uber's hexagonal grid H3 lie on the
// sphere. What a cell's number alone tells works everywhere; where it lies is
// answered by Uber's own library, which is C: a build without cgo gets
// [ErrNoGrid].
package h3

import (
	"errors"
	"slices"
	"strconv"
)

// ErrNoGrid says that this program was built without cgo.
var ErrNoGrid = errors.New("where H3 cells lie is not known to a program built without cgo; build it with CGO_ENABLED=1 and a C compiler")

// MaxLevel is the level of the smallest cells; level 0 has the largest.
const MaxLevel = 15

// The parts of a cell's number, from the top: a bit that is 0, four bits of
// mode, three that are 0, four of level, seven of the base cell and a digit of
// three bits for each level. https://h3geo.org/docs/core-library/h3Indexing
const (
	modeCell   = 1
	baseCells  = 122
	digitUnset = 7
	digitGone  = 1 // the child that pentagons do not have
)

// A Cell is the number of a valid cell.
type Cell uint64

// Position is a point in degrees.
type Position struct{ Lng, Lat float64 }

// Parse reads a cell from its hexadecimal text.
func Parse(s string) (Cell, bool) {
	n, err := strconv.ParseUint(s, 16, 64)
	c := Cell(n)
	if err != nil || n>>63 != 0 || n>>59&15 != modeCell || n>>56&7 != 0 || c.base() >= baseCells {
		return 0, false
	}
	centre := true // no digit so far leads away from the base cell's centre
	for level := 1; level <= MaxLevel; level++ {
		d := c.digit(level)
		switch {
		case level > c.Level() && d != digitUnset, level <= c.Level() && d == digitUnset:
			return 0, false
		case level <= c.Level() && centre && d == digitGone && c.onPentagon():
			return 0, false
		}
		centre = centre && d == 0
	}
	return c, true
}

// String returns the cell's hexadecimal text.
func (c Cell) String() string { return strconv.FormatUint(uint64(c), 16) }

// Level returns the cell's level.
func (c Cell) Level() int { return int(c >> 52 & 15) }

// Parent returns the cell of a level that holds c; not ok unless the level is
// above c's own.
func (c Cell) Parent(level int) (Cell, bool) {
	if level < 0 || level >= c.Level() {
		return 0, false
	}
	p := c
	for l := level + 1; l <= c.Level(); l++ {
		p = p.withDigit(l, digitUnset)
	}
	return p.withLevel(level), true
}

// Children returns the cells of a level that c holds; none unless the level is
// below c's own.
func (c Cell) Children(level int) []Cell {
	if level <= c.Level() || level > MaxLevel {
		return nil
	}
	cells := []Cell{c}
	for l := c.Level() + 1; l <= level; l++ {
		var next []Cell
		for _, p := range cells {
			for d := range uint64(digitUnset) {
				if d == digitGone && p.Pentagon() {
					continue
				}
				next = append(next, p.withDigit(l, d).withLevel(l))
			}
		}
		cells = next
	}
	return cells
}

// Pentagon reports whether c is one of the twelve cells of its level that have
// five sides.
func (c Cell) Pentagon() bool {
	if !c.onPentagon() {
		return false
	}
	for l := 1; l <= c.Level(); l++ {
		if c.digit(l) != 0 {
			return false
		}
	}
	return true
}

func (c Cell) base() int { return int(c >> 45 & 127) }

// onPentagon reports whether the base cell has five sides.
func (c Cell) onPentagon() bool {
	return slices.Contains([]int{4, 14, 24, 38, 49, 58, 63, 72, 83, 97, 107, 117}, c.base())
}

func (c Cell) digit(level int) uint64 { return uint64(c) >> (3 * (MaxLevel - level)) & 7 }

func (c Cell) withDigit(level int, digit uint64) Cell {
	shift := 3 * (MaxLevel - level)
	return c&^(7<<shift) | Cell(digit<<shift)
}

func (c Cell) withLevel(level int) Cell { return c&^(15<<52) | Cell(level)<<52 }
