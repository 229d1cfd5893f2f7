//! A Secret Service that asks, with a stand-in for the user: a window unlocks what is locked, and only where the user
//! would see it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use zbus::blocking::{Connection, connection};
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, Value};

use crate::support::Sandbox;
use crate::support::keychain::Keychain;

const COLLECTION: &str = "/org/freedesktop/secrets/collection/one";
const PROMPT: &str = "/org/freedesktop/secrets/prompt/one";

/// The state of the service and its window.
#[derive(Default)]
struct State {
    is_unlocked: AtomicBool,
    /// How many windows were opened.
    windows: AtomicUsize,
    /// Whether the user closes the window.
    is_turned_down: bool,
}

/// A service that hides locked items, as some programs do.
struct Service;

#[zbus::interface(name = "org.freedesktop.Secret.Service")]
impl Service {
    fn search_items(&self, _attributes: HashMap<String, String>) -> (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) {
        (Vec::new(), Vec::new())
    }

    fn read_alias(&self, _name: &str) -> ObjectPath<'static> {
        ObjectPath::from_static_str_unchecked(COLLECTION)
    }

    fn unlock(&self, _objects: Vec<OwnedObjectPath>) -> (Vec<OwnedObjectPath>, ObjectPath<'static>) {
        (Vec::new(), ObjectPath::from_static_str_unchecked(PROMPT))
    }
}

struct Collection(Arc<State>);

#[zbus::interface(name = "org.freedesktop.Secret.Collection")]
impl Collection {
    #[zbus(property)]
    fn locked(&self) -> bool {
        !self.0.is_unlocked.load(Ordering::SeqCst)
    }
}

struct Window(Arc<State>);

#[zbus::interface(name = "org.freedesktop.Secret.Prompt")]
impl Window {
    async fn prompt(&self, #[zbus(signal_emitter)] emitter: SignalEmitter<'_>, _window: &str) {
        let dismissed = self.0.is_turned_down;
        self.0.windows.fetch_add(1, Ordering::SeqCst);
        self.0.is_unlocked.store(!dismissed, Ordering::SeqCst);
        let nothing: Vec<OwnedObjectPath> = Vec::new();
        let _ = Self::completed(&emitter, dismissed, nothing.into()).await;
    }

    #[zbus(signal)]
    async fn completed(emitter: &SignalEmitter<'_>, dismissed: bool, result: Value<'_>) -> zbus::Result<()>;
}

/// Puts the stand-in on a bus in the sandbox; it ends with the connection.
fn serve(sandbox: &mut Sandbox, state: &Arc<State>) -> Option<(Keychain, Connection)> {
    let keychain = Keychain::without_service(sandbox)?;
    let address = format!("unix:path={}", keychain.socket().display());
    let serve = || {
        connection::Builder::address(address.as_str())?
            .serve_at("/org/freedesktop/secrets", Service)?
            .serve_at(COLLECTION, Collection(Arc::clone(state)))?
            .serve_at(PROMPT, Window(Arc::clone(state)))?
            .name("org.freedesktop.secrets")?
            .build()
    };
    let connection: zbus::Result<_> = serve();
    Some((keychain, connection.expect("a service on the bus")))
}

#[test]
fn key_unlock_has_the_keychain_ask() {
    let mut sandbox = Sandbox::new();
    let state = Arc::default();
    let Some(_service) = serve(&mut sandbox, &state) else {
        return;
    };
    let unlock = |sandbox: &Sandbox| sandbox.awsenv(["key", "unlock"]).output();
    let output = unlock(&sandbox);
    assert!(
        output.status == 1 && output.err().contains("is locked"),
        "{}",
        output.all()
    );
    assert_eq!(state.windows.load(Ordering::SeqCst), 0, "nobody would see it");
    sandbox.set("WAYLAND_DISPLAY", "wayland-0");
    let output = unlock(&sandbox);
    assert!(
        output.success().is_empty() && output.err().contains("is unlocked now"),
        "{}",
        output.all()
    );
    let output = unlock(&sandbox);
    assert!(
        output.success().is_empty() && output.err().contains("is not locked"),
        "{}",
        output.all()
    );
    assert_eq!(state.windows.load(Ordering::SeqCst), 1);
}

#[test]
fn what_a_locked_keychain_hides_is_looked_for_behind_its_window() {
    let mut sandbox = Sandbox::new();
    let state = Arc::default();
    let Some(_service) = serve(&mut sandbox, &state) else {
        return;
    };
    let read = |sandbox: &Sandbox| sandbox.awsenv(["credential-process", "work"]).output();
    let output = read(&sandbox);
    assert!(
        output.status == 1 && output.err().contains("is locked"),
        "{}",
        output.all()
    );
    sandbox.set("DISPLAY", ":77");
    let output = read(&sandbox);
    assert!(
        output.status == 1 && !output.err().contains("is locked"),
        "{}",
        output.all()
    );
    assert_eq!(state.windows.load(Ordering::SeqCst), 1);
    assert!(state.is_unlocked.load(Ordering::SeqCst));
}

#[test]
fn a_window_that_is_closed_is_a_no() {
    let mut sandbox = Sandbox::new();
    let state = Arc::new(State {
        is_turned_down: true,
        ..State::default()
    });
    let Some(_service) = serve(&mut sandbox, &state) else {
        return;
    };
    sandbox.set("DISPLAY", ":77");
    for words in [&["key", "unlock"][..], &["credential-process", "work"]] {
        let output = sandbox.awsenv(words).output();
        assert!(
            output.status == 1 && output.err().contains("was dismissed"),
            "{}",
            output.all()
        );
    }
    assert_eq!(state.windows.load(Ordering::SeqCst), 2);
}
