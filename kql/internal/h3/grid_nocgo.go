//go:build !cgo

package h3

// At returns [ErrNoGrid].
func At(Position, int) (Cell, error) { return 0, ErrNoGrid }

// Centre returns [ErrNoGrid].
func (c Cell) Centre() (Position, error) { return Position{}, ErrNoGrid }

// Boundary returns [ErrNoGrid].
func (c Cell) Boundary() ([]Position, error) { return nil, ErrNoGrid }

// Rings returns [ErrNoGrid].
func (c Cell) Rings(int) ([][]Cell, error) { return nil, ErrNoGrid }

// Fill returns [ErrNoGrid].
func Fill([][]Position, int) ([]Cell, error) { return nil, ErrNoGrid }
