rule Vigie_Effacement_Journaux
{
    meta:
        author = "Vigie"
        description = "Command lines that clear Windows event logs or the change journal, as NotPetya did"
        reference = "https://attack.mitre.org/techniques/T1070/001/"
        tlp = "CLEAR"
        confidence = 75
    strings:
        $wevtutil = /wevtutil(\.exe)?\s+(cl|clear-log)\s+"?(Setup|System|Security|Application)/ nocase ascii wide
        $usn = /fsutil(\.exe)?\s+usn\s+deletejournal\s+\/D/ nocase ascii wide
        $powershell = "Clear-EventLog -LogName" nocase ascii wide
    condition:
        any of them
}

rule Vigie_Suppression_Copies_Secours
{
    meta:
        author = "Vigie"
        description = "Command lines that remove shadow copies and backup catalogues"
        reference = "https://attack.mitre.org/techniques/T1490/"
        tlp = "CLEAR"
        confidence = 80
    strings:
        $vss = /vssadmin(\.exe)?\s+delete\s+shadows/ nocase ascii wide
        $wmic = /wmic(\.exe)?\s+shadowcopy\s+delete/ nocase ascii wide
        $wbadmin = /wbadmin(\.exe)?\s+delete\s+catalog/ nocase ascii wide
        $bcd = /bcdedit(\.exe)?\s+\/set\s+\S{1,20}\s+recoveryenabled\s+no/ nocase ascii wide
    condition:
        any of them
}
