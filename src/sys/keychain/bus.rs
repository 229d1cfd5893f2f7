//! What can be asked of the Secret Service before reading a secret: whether it exists, has the item, and is locked. The
//! `keyring` library would only find out by waiting, or by opening a window that the user may not see.
//!
//! <https://specifications.freedesktop.org/secret-service-spec/latest/>

use std::collections::HashMap;

use zbus::blocking::{Connection, Proxy, connection};
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

use super::store::{Access, Name};
use super::translate;
use crate::keychain::{Error, StoreKind};

const STORE: StoreKind = StoreKind::Os;
const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";
const COLLECTION: &str = "org.freedesktop.Secret.Collection";
const PROMPT: &str = "org.freedesktop.Secret.Prompt";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// Checks that the access can succeed.
///
/// # Errors
/// [`Error::Absent`] without a bus or a service on it, [`Error::Locked`] if it is locked and may not ask,
/// [`Error::Missing`], and [`Error::Refused`] if several items have the name.
pub(super) fn look(name: &Name, access: Access, may_ask: bool) -> Result<(), Error> {
    let bus = connect()?;
    let mut found = Found::search(&bus, name)?;
    if found.count() == 0 {
        match (default_collection(&bus)?, access) {
            (Collection::Locked(_), Access::Write) if may_ask => return Ok(()),
            // Some programs hide locked items, so the item may exist all the same.
            (Collection::Locked(path), _) if may_ask => {
                ask(&bus, &path)?;
                found = Found::search(&bus, name)?;
            }
            (Collection::Locked(_), _) => return Err(Error::Locked { store: STORE }),
            (Collection::None, Access::Write) => {
                let why = "its service has no collection for keys; log in to the desktop to create one".to_owned();
                return Err(Error::Absent { store: STORE, why });
            }
            (Collection::Open, Access::Write) => return Ok(()),
            _ => {}
        }
    }
    match found.count() {
        0 => Err(Error::Missing {
            store: STORE,
            item: name.user.clone(),
        }),
        1 if found.locked.is_empty() || may_ask => Ok(()),
        1 => Err(Error::Locked { store: STORE }),
        several => Err(refused(&translate::several(several))),
    }
}

/// Unlocks the collection for new items, and returns whether it was locked. The service asks the user.
///
/// # Errors
/// As [`look`], and [`Error::Refused`] if the user dismissed the question.
pub(super) fn unlock(may_ask: bool) -> Result<bool, Error> {
    let bus = connect()?;
    match default_collection(&bus)? {
        Collection::Locked(path) if may_ask => ask(&bus, &path).map(|()| true),
        Collection::Locked(_) => Err(Error::Locked { store: STORE }),
        Collection::None | Collection::Open => Ok(false),
    }
}

fn connect() -> Result<Connection, Error> {
    connection::Builder::session()
        .and_then(connection::Builder::build)
        .map_err(|error| no_bus(&error))
}

struct Found {
    unlocked: Vec<OwnedObjectPath>,
    locked: Vec<OwnedObjectPath>,
}

impl Found {
    fn search(bus: &Connection, name: &Name) -> Result<Self, Error> {
        let attributes = HashMap::from([("service", name.service.as_str()), ("username", name.user.as_str())]);
        let found = call(bus, PATH, SERVICE, "SearchItems", &(attributes,))?;
        let (unlocked, locked) = read(&found)?;
        Ok(Self { unlocked, locked })
    }

    fn count(&self) -> usize {
        self.unlocked.len() + self.locked.len()
    }
}

/// The collection for new items.
enum Collection {
    None,
    Open,
    Locked(OwnedObjectPath),
}

fn default_collection(bus: &Connection) -> Result<Collection, Error> {
    let alias = call(bus, PATH, SERVICE, "ReadAlias", &("default",))?;
    let path: OwnedObjectPath = read(&alias)?;
    if path.as_str() == "/" {
        return Ok(Collection::None);
    }
    let locked = call(bus, path.as_str(), PROPERTIES, "Get", &(COLLECTION, "Locked"))?;
    let locked: OwnedValue = read(&locked)?;
    if bool::try_from(locked).map_err(|_| refused("its answer is malformed"))? {
        Ok(Collection::Locked(path))
    } else {
        Ok(Collection::Open)
    }
}

/// Makes the service ask the user for a collection's password, and waits for the answer.
fn ask(bus: &Connection, collection: &OwnedObjectPath) -> Result<(), Error> {
    let answer = call(bus, PATH, SERVICE, "Unlock", &(vec![collection],))?;
    let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) = read(&answer)?;
    if prompt.as_str() == "/" {
        return Ok(());
    }
    let failed = |error: zbus::Error| refused(&error.to_string());
    let window = Proxy::new(bus, NAME, prompt, PROMPT).map_err(failed)?;
    let mut answers = window.receive_signal("Completed").map_err(failed)?;
    window.call_method("Prompt", &("",)).map_err(failed)?;
    let answer = answers
        .next()
        .ok_or_else(|| refused("it went away while it was asking"))?;
    let (is_dismissed, _): (bool, OwnedValue) = read(&answer)?;
    if is_dismissed {
        Err(refused(translate::TURNED_DOWN))
    } else {
        Ok(())
    }
}

fn call<B>(bus: &Connection, path: &str, interface: &str, method: &str, body: &B) -> Result<zbus::Message, Error>
where
    B: serde::Serialize + zbus::zvariant::DynamicType,
{
    bus.call_method(Some(NAME), path, Some(interface), method, body)
        .map_err(|error| no_answer(&error))
}

fn read<T: serde::de::DeserializeOwned + zbus::zvariant::Type>(message: &zbus::Message) -> Result<T, Error> {
    message
        .body()
        .deserialize()
        .map_err(|_| refused("its answer is malformed"))
}

fn refused(why: &str) -> Error {
    Error::Refused {
        store: STORE,
        why: why.to_owned(),
    }
}

fn no_bus(error: &zbus::Error) -> Error {
    let why = match error {
        zbus::Error::Connection(error, _) => format!("cannot reach a D-Bus session bus ({error})"),
        zbus::Error::InputOutput(error) => format!("cannot reach a D-Bus session bus ({error})"),
        zbus::Error::Address(why) => format!("DBUS_SESSION_BUS_ADDRESS is not usable ({why})"),
        other => format!("the D-Bus session bus refused the connection ({other})"),
    };
    Error::Absent { store: STORE, why }
}

/// Translates an error from the bus or the service.
fn no_answer(error: &zbus::Error) -> Error {
    let zbus::Error::MethodError(name, text, _) = error else {
        return refused(&error.to_string());
    };
    let is_absent = name.as_str().starts_with("org.freedesktop.DBus.Error.Spawn.")
        || matches!(
            name.as_str(),
            "org.freedesktop.DBus.Error.ServiceUnknown" | "org.freedesktop.DBus.Error.NameHasNoOwner"
        );
    if is_absent {
        return Error::Absent {
            store: STORE,
            why: format!("no program on the D-Bus session bus provides {NAME}"),
        };
    }
    refused(text.as_deref().unwrap_or(name.as_str()))
}
