package tree

import (
	"errors"
	"fmt"
	"strings"
)

// swapFolders puts the staged folder in place, and the old one where it was.
func (j *job) swapFolders(d disk) error {
	if len(j.before) == 0 {
		return d.rename(j.staged, j.at.real)
	}
	err := d.exchange(j.staged, j.at.real)
	if errors.Is(err, errors.ErrUnsupported) {
		return j.swapByRename(d)
	}
	return err
}

// unswapFolders undoes swapFolders.
func (j *job) unswapFolders(d disk) error {
	if len(j.before) == 0 {
		return d.rename(j.at.real, j.staged)
	}
	return j.swapFolders(d)
}

// swapByRename swaps the two folders where the system cannot do it in one step.
// For a moment neither has the name; a run that is killed then is mended by the
// next one, which knows the folder that was moved aside.
func (j *job) swapByRename(d disk) error {
	aside := j.at.sibling(asideMark, strings.TrimPrefix(j.staged, j.at.sibling(stagedMark, "")))
	moves := [][2]string{{j.at.real, aside}, {j.staged, j.at.real}, {aside, j.staged}}
	for i, move := range moves {
		err := d.rename(move[0], move[1])
		if err == nil {
			continue
		}
		for i--; i >= 0; i-- {
			if undo := d.rename(moves[i][1], moves[i][0]); undo != nil {
				return fmt.Errorf("%w; %w, so that the old files may be in %s now: %w", Bare(err), errNotUndone, j.at.showSibling(aside), Bare(undo))
			}
		}
		return err
	}
	return nil
}
