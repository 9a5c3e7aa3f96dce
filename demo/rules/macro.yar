rule Vigie_Macro_Ouverture_Automatique
{
    meta:
        author = "Vigie"
        description = "Text of an Office macro that starts by itself and calls the command shell or downloads"
        reference = "https://attack.mitre.org/techniques/T1059/005/"
        tlp = "GREEN"
        confidence = 60
    strings:
        $auto1 = "Sub AutoOpen" nocase ascii wide
        $auto2 = "Sub Document_Open" nocase ascii wide
        $auto3 = "Sub Workbook_Open" nocase ascii wide
        $act1 = "WScript.Shell" nocase ascii wide
        $act2 = "MSXML2.XMLHTTP" nocase ascii wide
        $act3 = "ADODB.Stream" nocase ascii wide
    condition:
        filesize < 5MB and any of ($auto*) and any of ($act*)
}
