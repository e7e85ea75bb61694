//go:build !linux

package tree

import "errors"

func (osDisk) exchange(string, string) error { return errors.ErrUnsupported }
