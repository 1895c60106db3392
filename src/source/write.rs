//! Writing files: as a whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes a file so that whoever reads it sees the old text or the new one, never a part: the new text goes into a file
/// beside it, which then takes its name. Permissions stay, a link is followed, and what is no usual file (a pipe, a
/// terminal) is written to directly.
///
/// # Errors
///
/// Where the folder does not exist, or the system does not allow it.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_where(path, bytes, |_| Ok(true)).map(|_| ())
}

/// The same for a file that was read before. `false`, with nothing written, where it is not what was read.
///
/// # Errors
///
/// As [`write_whole`].
pub fn replace_whole(path: &Path, old: &str, new: &str) -> io::Result<bool> {
    // Asked at the last moment: the time in which somebody else may write is as short as it can be.
    write_where(path, new.as_bytes(), |target| Ok(super::discover::bytes_of(target)? == old.as_bytes()))
}

fn write_where(path: &Path, bytes: &[u8], may_go: impl Fn(&Path) -> io::Result<bool>) -> io::Result<bool> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let known = fs::metadata(&target).ok();
    if known.as_ref().is_some_and(|known| known.is_dir()) {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    if known.as_ref().is_some_and(|known| !known.is_file()) {
        return OpenOptions::new().write(true).open(&target)?.write_all(bytes).map(|()| true);
    }
    let folder = folder_of(&target);
    if !folder.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!("the folder {} does not exist", folder.display()),
        ));
    }
    let beside = beside(&target);
    let written = OpenOptions::new().write(true).create_new(true).open(&beside).and_then(|mut file| {
        if let Some(known) = &known {
            file.set_permissions(known.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_all()
    });
    let written = written.and_then(|()| may_go(&target)).and_then(|goes| {
        if goes {
            fs::rename(&beside, &target)?;
        }
        Ok(goes)
    });
    if !matches!(written, Ok(true)) {
        // What could not be finished is taken away again; where even that fails, the first reason is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    let is_written = written?;
    // The new name is kept with the folder; where folders cannot be opened, the system sees to that.
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(is_written)
}

/// Writes a file that does not exist yet: as a whole or not at all, and never over another, not even over one that
/// somebody makes at the same moment.
///
/// # Errors
///
/// `AlreadyExists` where there is something by this name; where the folder does not exist and is not to be made, or the
/// system does not allow it.
pub fn write_new(path: &Path, bytes: &[u8], makes_folder: bool) -> io::Result<()> {
    let folder = folder_of(path);
    if makes_folder {
        fs::create_dir_all(folder)?;
    }
    if !folder.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!("the folder {} does not exist", folder.display()),
        ));
    }
    let beside = beside(path);
    let written = OpenOptions::new().write(true).create_new(true).open(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    // A second name for the same file: that fails where the name is taken.
    let written = written.and_then(|()| match fs::hard_link(&beside, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists && fs::symlink_metadata(path).is_err() => {
            // File systems without second names: the moment in between is short.
            fs::rename(&beside, path)
        }
        linked => linked,
    });
    // Either it has its name, or it is of no use.
    let _ = fs::remove_file(&beside);
    written
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A name in the same folder that nobody else uses.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut number = 0;
    loop {
        let candidate = path.with_file_name(format!(".{name}.{}-{number}.tmp", std::process::id()));
        if !candidate.exists() {
            return candidate;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_never_takes_the_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/out.txt");
        assert_eq!(write_new(&path, b"one", false).unwrap_err().kind(), io::ErrorKind::NotFound);
        write_new(&path, b"one", true).unwrap();
        assert_eq!(write_new(&path, b"two", true).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(super::super::read_text(&path).unwrap().0, "one");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.txt");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(super::super::read_text(&path).unwrap().0, "two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(replace_whole(&path, "two", "three").unwrap());
        assert!(!replace_whole(&path, "two", "four").unwrap(), "somebody has changed it");
        assert_eq!(super::super::read_text(&path).unwrap().0, "three");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write_whole(folder.path(), b"x").is_err());
        assert!(write_whole(&folder.path().join("no/out.txt"), b"x").is_err());
    }
}
