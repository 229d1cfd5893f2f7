// A host that records what a console would show, so that many scripts run in one process, each in its own runspace.

using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;

public sealed class RecordingHost : PSHost
{
    private readonly RecordingUI ui = new RecordingUI();
    private readonly Guid id = Guid.NewGuid();

    /// The argument of `exit`, if the script called it.
    public int? ExitCode { get; private set; }

    public string Shown => ui.Shown.ToString();

    /// Errors, warnings and the like.
    public string Told => ui.Told.ToString();

    /// How often PowerShell asked the user something.
    public int Asked => ui.Asked;

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;
    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;
    public override Guid InstanceId => id;
    public override string Name => "RecordingHost";
    public override PSHostUserInterface UI => ui;
    public override Version Version => new Version(1, 0);
    public override void EnterNestedPrompt() { }
    public override void ExitNestedPrompt() { }
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;
}

internal sealed class RecordingUI : PSHostUserInterface
{
    public readonly StringBuilder Shown = new StringBuilder();
    public readonly StringBuilder Told = new StringBuilder();
    public int Asked;

    public override PSHostRawUserInterface RawUI => null;
    public override void Write(string value) => Shown.Append(value);
    public override void Write(ConsoleColor foreground, ConsoleColor background, string value) => Shown.Append(value);
    public override void WriteLine(string value) => Shown.Append(value).Append('\n');
    public override void WriteErrorLine(string value) => Told.Append(value).Append('\n');
    public override void WriteDebugLine(string message) => Told.Append(message).Append('\n');
    public override void WriteVerboseLine(string message) => Told.Append(message).Append('\n');
    public override void WriteWarningLine(string message) => Told.Append("WARNING: ").Append(message).Append('\n');
    public override void WriteProgress(long sourceId, ProgressRecord record) { }

    /// Answers with the default, which is what Enter does.
    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        Asked++;
        return defaultChoice;
    }

    public override string ReadLine() => throw Unanswered();
    public override SecureString ReadLineAsSecureString() => throw Unanswered();
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> fields) => throw Unanswered();
    public override PSCredential PromptForCredential(string caption, string message, string user, string target) => throw Unanswered();
    public override PSCredential PromptForCredential(string caption, string message, string user, string target, PSCredentialTypes types, PSCredentialUIOptions options) => throw Unanswered();

    private Exception Unanswered()
    {
        Asked++;
        return new PSNotImplementedException("a test cannot answer");
    }
}
