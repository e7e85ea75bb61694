package bench

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// contenders are all ways to render the overlays. The first is the one that the
// others are compared with.
func (w *work) contenders() []contender {
	fresh := w.render("atticgen render", again)
	fresh.reset = w.putAside
	all := []contender{
		fresh,
		w.render("atticgen render, nothing changed", rendered),
		w.each("kustomize build, atticgen as function", func(overlay string) command {
			return command{
				args: []string{w.Kustomize, "build", "--enable-alpha-plugins", "--enable-exec", w.path("overlays", overlay)},
				env:  []string{onPath(filepath.Dir(w.Atticgen))},
			}
		}),
		w.each("kustomize build of what is rendered", func(overlay string) command {
			return command{args: []string{w.Kustomize, "build", w.path(rendered, overlay)}}
		}),
	}
	if w.Helm != "" {
		all = append(all, w.each("helm template of the same objects", func(overlay string) command {
			return command{
				args: []string{w.Helm, "template", "attic", w.path(charts, overlay), "--namespace", w.namespaces[overlay]},
				env:  w.helmFolders(),
			}
		}))
	}
	return all
}

// putAside renames what was rendered last. To remove it would make the next run
// slower: ext4 takes its time over files that take the place of removed ones.
func (w *work) putAside() error {
	w.aside++
	err := os.Rename(w.path(again), w.path(fmt.Sprintf("%s-%d", again, w.aside)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// render is atticgen, rendering all overlays into a folder of the work.
func (w *work) render(name, folder string) contender {
	return contender{name: name, commands: []command{{
		args: []string{w.Atticgen, "render", "--root", w.dir, "--output", w.path(folder)},
		out:  w.path(outputs, "render"),
	}}}
}

// each is a process for each overlay, one after another.
func (w *work) each(name string, of func(overlay string) command) contender {
	c := contender{name: name}
	for _, overlay := range w.overlays {
		command := of(overlay)
		command.of, command.out = overlay, w.path(outputs, overlay)
		c.commands = append(c.commands, command)
	}
	return c
}

// helmFolders keep the user's plugins and repositories away from helm.
func (w *work) helmFolders() []string {
	return []string{"HELM_CACHE_HOME=" + w.path("helm"), "HELM_CONFIG_HOME=" + w.path("helm"), "HELM_DATA_HOME=" + w.path("helm")}
}

// onPath is a PATH that begins with a folder.
func onPath(dir string) string {
	return "PATH=" + dir + string(filepath.ListSeparator) + os.Getenv("PATH")
}
