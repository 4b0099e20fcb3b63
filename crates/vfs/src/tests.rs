use crate::{Kind, Vfs, VfsError, base_name, join, parent};

#[test]
fn paths_are_joined_as_text() {
    for (cwd, path, expect) in [
        ("/home/learner", "a/b", "/home/learner/a/b"),
        ("/home/learner", "../x/./y//z", "/home/x/y/z"),
        ("/", "../..", "/"),
        ("/home", "/etc/", "/etc"),
        ("/home", "", "/home"),
    ] {
        assert_eq!(join(cwd, path), expect, "{cwd} + {path}");
    }
    assert_eq!((parent("/a/b"), parent("/a"), parent("/")), ("/a", "/", "/"));
    assert_eq!((base_name("/a/b/"), base_name("/"), base_name("x")), ("b", "/", "x"));
}

#[test]
fn a_clone_does_not_see_later_writes() {
    let mut fs = Vfs::new();
    fs.make_dir_all("/home/learner", 1).unwrap();
    fs.write("/home/learner/a", *b"one", 2).unwrap();
    let old = fs.clone();
    fs.write("/home/learner/a", *b"two", 3).unwrap();
    fs.remove_all("/home", 4).unwrap();
    assert_eq!(old.read_text("/home/learner/a").unwrap(), "one");
    assert_eq!(fs.read("/home/learner/a"), Err(VfsError::NotFound));
}

#[test]
fn links_are_followed_and_loops_are_refused() {
    let mut fs = Vfs::new();
    fs.make_dir_all("/srv/real", 1).unwrap();
    fs.make_symlink("real", "/srv/link", 1).unwrap();
    fs.write("/srv/link/x", *b"x", 1).unwrap();
    assert_eq!(fs.read_text("/srv/real/x").unwrap(), "x");
    fs.make_symlink("b", "/srv/a", 1).unwrap();
    fs.make_symlink("a", "/srv/b", 1).unwrap();
    assert_eq!(fs.read("/srv/a"), Err(VfsError::SymlinkLoop));
    assert_eq!(fs.lstat("/srv/a").unwrap().kind, Kind::Symlink);
}

#[test]
fn mistakes_get_the_c_library_s_words() {
    let mut fs = Vfs::new();
    fs.make_dir("/d", 1).unwrap();
    fs.write("/f", *b"", 1).unwrap();
    fs.write("/d/x", *b"", 1).unwrap();
    assert_eq!(fs.write("/f/x", *b"", 1), Err(VfsError::NotADirectory));
    assert_eq!(fs.write("/d", *b"", 1), Err(VfsError::IsADirectory));
    assert_eq!(fs.remove_dir("/d", 1), Err(VfsError::NotEmpty));
    assert_eq!(fs.rename("/d", "/d/e", 1), Err(VfsError::Invalid));
    assert_eq!(fs.make_dir("/d", 1), Err(VfsError::Exists));
    assert_eq!(fs.read("/f/"), Err(VfsError::NotADirectory));
    assert_eq!(fs.read("/none").unwrap_err().to_string(), "No such file or directory");
}

#[test]
fn renames_replace_as_rename_2_does() {
    let mut fs = Vfs::new();
    fs.make_dir_all("/a/b", 1).unwrap();
    fs.write("/a/b/x", *b"x", 1).unwrap();
    fs.make_dir("/c", 1).unwrap();
    fs.rename("/a/b", "/c", 2).unwrap();
    assert_eq!(fs.read_text("/c/x").unwrap(), "x");
    fs.write("/y", *b"y", 1).unwrap();
    fs.rename("/y", "/c/x", 2).unwrap();
    assert_eq!(fs.read_text("/c/x").unwrap(), "y");
    assert_eq!(fs.rename("/c/x", "/a", 2), Err(VfsError::IsADirectory));
}

#[test]
fn a_deflated_file_reads_as_zlib() {
    let mut fs = Vfs::new();
    fs.write_deflated("/o", *b"blob 2\0hi", 1).unwrap();
    let read = fs.read("/o").unwrap().into_owned();
    assert_eq!(miniz_oxide::inflate::decompress_to_vec_zlib(&read).unwrap(), b"blob 2\0hi");
    assert_eq!(fs.read_inflated("/o").unwrap().as_deref(), Some(&b"blob 2\0hi"[..]));
}

#[test]
fn walks_are_in_path_order_and_copies_are_independent() {
    let mut fs = Vfs::new();
    fs.make_dir_all("/a/z", 1).unwrap();
    fs.write("/a/b", *b"1", 1).unwrap();
    fs.write("/a/z/c", *b"2", 1).unwrap();
    fs.copy_all("/a", "/k", 5).unwrap();
    fs.write("/k/b", *b"changed", 6).unwrap();
    let names: Vec<String> = fs.walk("/", &mut |_| true).unwrap().into_iter().map(|(path, _)| path).collect();
    assert_eq!(names, ["/a", "/a/b", "/a/z", "/a/z/c", "/k", "/k/b", "/k/z", "/k/z/c"]);
    assert_eq!(fs.read_text("/a/b").unwrap(), "1");
    assert_ne!(fs.stat("/a/b").unwrap().ino, fs.stat("/k/b").unwrap().ino);
}
